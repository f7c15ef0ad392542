// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/function_job.h"

#include "eddy/core/loop.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy::detail {

std::source_location await_of(const Op& op) noexcept {
  Cont cont = op.cont();
  return cont.is_receiver() ? std::source_location() : cont.coroutine()->where;
}

bool FunctionJob::submit(PoolRef& pool, const Op& awaiting, Loop& loop) noexcept {
  try {
    if (!pool) pool = default_pool(loop);
    context_.borrow();
    where = await_of(awaiting);
    pool->submit(*this);
    loop.expect_post();
    return true;
  } catch (...) {
    error_ = std::current_exception();
    return false;
  }
}

void FunctionJob::perform(Worker& worker) noexcept {
  const std::stop_source* token = stop_source();
  if (token) worker.pool.set_stoppable(worker, token);
  {
    BorrowedContext::Use use(context_);
    try {
      call();
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  if (token) worker.pool.set_stoppable(worker, nullptr);
}

void FunctionJob::report_error_nobody_took() noexcept {
  report_lost_error("error of a function in a thread, whose result nobody took", std::move(error_));
}

}  // namespace eddy::detail

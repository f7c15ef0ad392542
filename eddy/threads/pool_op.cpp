// SPDX-License-Identifier: MIT
#include "eddy/threads/pool_op.h"

#include "eddy/core/loop.h"
#include "eddy/threads/detail/pool_core.h"
#include "eddy/threads/pool_error.h"

namespace eddy::detail {

std::source_location await_of(const Op& op) noexcept {
  Cont cont = op.cont();
  return cont.is_receiver() ? std::source_location() : cont.coroutine()->where;
}

void submit(const PoolRef& pool, Job& job) { pool->submit(job); }
bool withdraw(const PoolRef& pool, Job& job) noexcept { return pool->withdraw(job); }

Step PoolOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  try {
    if (!pool_) pool_ = default_pool(loop());
    context_.borrow();
    where = await_of(*this);
    pool_->submit(*this);
  } catch (...) {
    error_ = std::current_exception();
    recall();
    grant();
  }
  return Step::none();
}

void PoolOp::execute(Worker& worker) noexcept {
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
  returned_.store(true, std::memory_order_release);
  send_home();
}

void PoolOp::refuse() noexcept {
  error_ = std::make_exception_ptr(PoolShutDown(pool_->name()));
  returned_.store(true, std::memory_order_release);
  send_home();
}

void PoolOp::report_error_nobody_took() noexcept {
  report_lost_error("error of a function in a thread, whose result nobody took", std::move(error_));
}

void PoolOp::cancel() noexcept {
  if (state() != kArmed) return;
  if (pool_->withdraw(*this)) {
    recall();
    return stop();
  }
  if (returned_.load(std::memory_order_acquire)) return;
  cancelled_ = true;
  // Not from here: what is registered with the token is code of users, and a cancel in progress runs none.
  if (const std::stop_source* token = stop_source()) {
    loop().call_soon([source = std::stop_source(*token)]() mutable { source.request_stop(); });
  }
}

}  // namespace eddy::detail

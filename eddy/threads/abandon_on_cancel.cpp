// SPDX-License-Identifier: MIT
#include "eddy/threads/abandon_on_cancel.h"

#include "eddy/core/loop.h"
#include "eddy/threads/detail/pool_core.h"
#include "eddy/threads/pool_error.h"

namespace eddy::detail {

void AbandonableJob::execute(Worker& worker) noexcept {
  const std::stop_source* token = stop_source();
  if (token) worker.pool.set_stoppable(worker, token);
  {
    BorrowedContext::Use use(context);
    try {
      call();
    } catch (...) {
      error = std::current_exception();
    }
  }
  if (token) worker.pool.set_stoppable(worker, nullptr);
  if (!worker.pool.end_abandonable(*this)) return waiter->send_home();
  if (error) report_lost_error("an abandoned function failed", std::exchange(error, nullptr));
  destroy();
}

void AbandonableJob::refuse() noexcept {
  error = std::make_exception_ptr(PoolShutDown(waiter->pool_->name()));
  waiter->send_home();
}

Step AbandonableOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  try {
    if (!pool_) pool_ = default_pool(loop());
    job_->waiter = this;
    job_->context.borrow();
    job_->where = await_of(*this);
    pool_->submit(*job_);
  } catch (...) {
    job_->error = std::current_exception();
    recall();
    grant();
  }
  return Step::none();
}

void AbandonableOp::cancel() noexcept {
  if (state() != kArmed) return;
  std::stop_source token(std::nostopstate);
  if (const std::stop_source* asked = job_->stop_source()) token = *asked;
  switch (pool_->withdraw_or_abandon(*job_)) {
    case Job::Phase::kQueued:
      drop();
      break;
    case Job::Phase::kRunning:
      job_ = nullptr;  // the worker's from now on
      break;
    default:
      return;  // it has returned: the result is on its way
  }
  token.request_stop();
  recall();
  stop();
}

void AbandonableOp::drop() noexcept {
  AbandonableJob* job = std::exchange(job_, nullptr);
  if (!job) return;
  if (job->error) report_lost_error("error of a function in a thread, whose result nobody took", std::move(job->error));
  job->destroy();
}

}  // namespace eddy::detail

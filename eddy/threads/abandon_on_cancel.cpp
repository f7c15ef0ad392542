// SPDX-License-Identifier: MIT
#include "eddy/threads/abandon_on_cancel.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy::detail {

void AbandonableJob::execute(Worker& worker) noexcept {
  perform(worker);
  if (!worker.pool.end_abandonable(*this)) return waiter->send_home();
  if (error_) report_lost_error("an abandoned function failed", std::exchange(error_, nullptr));
  destroy();
}

void AbandonableJob::refuse(std::exception_ptr why) noexcept {
  error_ = std::move(why);
  waiter->send_home();
}

Step AbandonableOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  job_->waiter = this;
  if (!job_->submit(pool_, *this, loop())) {
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
      break;  // it dies with us
    case Job::Phase::kRunning:
      job_ = nullptr;  // the worker's from now on
      // Not from here: what is registered with the token is code of users, and a cancel in progress runs none.
      if (token.stop_possible()) loop().call_soon([token = std::move(token)]() mutable { token.request_stop(); });
      break;
    default:
      return;  // it has returned: the result is on its way
  }
  recall();
  stop();
}

void AbandonableOp::drop() noexcept {
  AbandonableJob* job = std::exchange(job_, nullptr);
  if (!job) return;
  job->report_lost();
  job->destroy();
}

void AbandonableOp::describe(OpDescription& to) const { to.is("a call in a thread"); }

}  // namespace eddy::detail

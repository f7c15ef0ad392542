// SPDX-License-Identifier: MIT
#include "eddy/threads/blocking_call.h"

#include "eddy/core/loop.h"
#include "eddy/threads/detail/function_job.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy::detail {

void BlockingCall::begin(Loop& loop) {
  pool_ = default_pool(loop);
  loop_ = &loop;
  called_ = false;
  loop.begin_outside_work();
  try {
    pool_->submit(*this);
  } catch (...) {
    loop.end_outside_work();
    throw;
  }
}

bool BlockingCall::withdraw() noexcept {
  if (!pool_->withdraw(*this)) return false;
  loop_->end_outside_work();
  return true;
}

void BlockingCall::execute(Worker&) noexcept {
  call();
  called_ = true;
  loop_->post_threadsafe(*this);
}

void BlockingCall::refuse(std::exception_ptr) noexcept { loop_->post_threadsafe(*this); }

void BlockingCall::run() noexcept {
  loop_->end_outside_work();
  returned(called_);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/io/try_op.h"

#include <utility>

namespace eddy::detail {

TryOp::Progress TryOp::try_now() noexcept {
  Progress progress = kDone;
  try {
    progress = attempt();
  } catch (...) {
    error_ = std::current_exception();
  }
  blocked_ = progress == kBlocked;
  return progress;
}

Step TryOp::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  try {
    join();
  } catch (...) {
    error_ = std::current_exception();
    ended_ = true;
    grant();
    return Step::none();
  }
  if (!blocked_ && may_try()) grant();  // the budget was used up: its turn comes in the next round
  return Step::none();
}

void TryOp::run() noexcept {
  if (state() == kReady && !ended_) {
    if (const Progress progress = try_now(); progress != kDone) {
      set_state(kArmed);
      if (progress == kMore) grant();
      return;
    }
    leave();
  }
  Op::run();
}

void TryOp::cancel() noexcept {
  if (state() == kStopped) return;
  if (!ended_) leave();
  stop();
}

void TryOp::end(std::exception_ptr error) noexcept {
  error_ = std::move(error);
  ended_ = true;
  if (state() == kArmed) grant();
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/remote_op.h"

#include "eddy/core/loop.h"

namespace eddy::detail {

bool RemoteOp::leave(Strand& strand, Cont cont, Outside outside) noexcept {
  if (!begin(strand, cont)) return false;
  loop_ = running.loop;
  away_ = true;
  counts_ = outside == Outside::kYes;
  if (counts_) loop_->begin_outside_work();
  return true;
}

void RemoteOp::recall() noexcept {
  away_ = false;
  if (counts_) loop_->end_outside_work();
}

void RemoteOp::send_home() noexcept { loop_->post_threadsafe(*this); }

void RemoteOp::run() noexcept {
  if (away_) {
    recall();
    set_state(arrive() ? kReady : kStopped);
  }
  Op::run();
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/sync/permits.h"

#include "eddy/core/op_description.h"

namespace eddy::detail {

Step AcquireOp::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (!permits_->join(*this)) {
    permits_ = nullptr;
    grant();
  }
  return Step::none();
}

void AcquireOp::cancel() noexcept {
  if (state() == kArmed) permits_->leave(*this);
  give_up_grant();
  stop();
}

void AcquireOp::describe_as(const char* what, OpDescription& to) const {
  to.is(what, permits_);
  to.taker = permits_->taker();
  permits_->waiters().describe_place(*this, to);
}

}  // namespace eddy::detail

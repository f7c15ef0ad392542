// SPDX-License-Identifier: MIT
#include "eddy/sync/event.h"

#include "eddy/core/op_description.h"

namespace eddy::detail {

Step EventWait::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (event_->set_) {
    grant();
  } else if (!event_->waiters_.add(*this)) {
    event_ = nullptr;
    grant();
  }
  return Step::none();
}

void EventWait::cancel() noexcept {
  if (state() == kArmed) event_->waiters_.remove(*this);
  stop();
}

void EventWait::describe(OpDescription& to) const { to.is("Event", event_); }

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/io/detail/child_wait.h"

#include "eddy/core/op_description.h"
#include "eddy/io/detail/child_state.h"

namespace eddy::detail {

bool ChildWait::ready() const noexcept { return child_->end() && running.spend(); }

Step ChildWait::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  foreign_ = !child_->end() && !child_->waiters.add(*this);
  if (child_->end() || foreign_) grant();
  return Step::none();
}

void ChildWait::cancel() noexcept {
  if (state() == kArmed) child_->waiters.remove(*this);
  stop();
}

void ChildWait::describe(OpDescription& to) const { to.is("process", std::to_string(child_->pid())); }

int ChildWait::take() const {
  if (foreign_) throw_other_loop("eddy::Process");
  return returncode_of(*child_->end());
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/combine/detail/branches.h"

#include <string>

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {

void BranchBase::run() noexcept {
  running.strand = this;
  begin_strand();
  if (root.effective()) [[unlikely]] {
    drop();
    drive(end(kStopped));
    return;
  }
  drive(launch());
}

Step BranchBase::child_done() noexcept {
  try {
    keep();
  } catch (...) {
    if (caught_visible_cancel()) return end(kStopped);
    error = std::current_exception();
    return end(kFailed);
  }
  return end(0);
}

Step BranchBase::child_cancelled() noexcept {
  drop();
  return end(kStopped);
}

Step BranchBase::end(std::uint32_t how) noexcept {
  root.flags |= how | kDone | CancelScope::kEnded;
  leave_detached_owners(*this);
  Owner& owner = *this->owner();
  owner.kids.erase(*this);
  const bool observed = root.has(TaskBase::kObserved);
  Strand* host = owner.host;
  const Step step = owner.kid_ended(*this);
  if (observed) [[unlikely]]
    running.loop->tell_end(*this, step ? host : nullptr);
  return step;
}

// An error that was kept to be handed out, and then the whole was cancelled.
void BranchBase::report_unseen_error() noexcept {
  report_lost_error("error in a gather that was cancelled before it could be looked at", std::move(error));
}

void Branches::open(Strand& strand, Cont cont) noexcept {
  enter(strand, cont);
  host = &strand;
  strand.push(*this);
}

void Branches::add(BranchBase& branch) noexcept {
  adopt(branch);
  running.loop->start(branch);
}

Step Branches::wait() noexcept {
  if (kids.empty()) return finish();
  waiting_ = true;
  host->wait_at(*this);
  return Step::none();
}

Step Branches::kid_ended(Strand& kid) noexcept {
  if (decide(static_cast<BranchBase&>(kid)) && !decided_) {
    decided_ = true;
    cancel_kids(*this);
  }
  if (!kids.empty() || !waiting_) return Step::none();
  running.strand = host;
  host->resume_from_leaf();
  return finish();
}

Step Branches::finish() noexcept {
  host->pop(*this);
  return conclusive() ? Step::resume(cont()) : Step::unwind(cont());
}

void Branches::describe_as(const char* what, bool any, OpDescription& to) const {
  to.is(what);
  to.waits_for(*this, any);
}

void report_late_error(const char* what, std::exception_ptr error) noexcept {
  report_lost_error(std::string("error in a ") + what + " that had already ended in another", std::move(error));
}

}  // namespace eddy::detail

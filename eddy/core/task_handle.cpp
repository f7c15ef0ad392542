// SPDX-License-Identifier: MIT
#include "eddy/core/task_handle.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

// Whom a task waits for stands on one of its scopes (or is left over): the usual task has neither.
inline bool JoinBase::waits_for_itself() const noexcept {
  const TaskBase& task = task_.state();
  if (task.top() == &task.root && !task.root.has(TaskBase::kHasExtra)) [[likely]]
    return running.strand == &task;
  return is_above();
}

// A task that waits for itself, or for one it is part of, would wait forever. A bounded look upwards finds the mistakes
// people make; the rest is found by the deadlock report.
bool JoinBase::is_above() const noexcept {
  constexpr int kLevels = 16;
  const Strand* strand = running.strand;
  for (int level = 0; strand && level < kLevels; ++level) {
    if (strand == &task_.state()) return true;
    const Owner* owner = strand->owner();
    strand = owner ? owner->host : nullptr;
  }
  return false;
}

bool JoinBase::ready() noexcept {
  if (task_.state().done()) return running.spend();
  mistake_ = mistake();
  return mistake_ != Mistake::kNone;
}

JoinBase::Mistake JoinBase::mistake() const noexcept {
  if (waits_for_itself()) return Mistake::kWaitsForItself;
  return on_other_loop() ? Mistake::kOtherLoop : Mistake::kNone;
}

// Always looked at for the tasks people make by hand, whose owner is a loop; for the others in debug mode only.
bool JoinBase::on_other_loop() const noexcept {
  const Owner& owner = *task_.state().owner();
  if (!owner.host && !owner.up) return &static_cast<const RootOwner&>(owner).loop != running.loop;
  return running.loop->get_debug() && &loop_of(task_.state()) != running.loop;
}

Step JoinBase::start(Strand& strand, Cont cont) noexcept {
  if (owns_ && strand.cancelled() && !task_.state().done()) return start_cancelled(strand, cont);
  if (!begin(strand, cont)) return Step::none();
  if (task_.state().done()) {
    grant();
  } else {
    task_.state().waiters().push_back(*this);
  }
  return Step::none();
}

Step JoinBase::start_cancelled(Strand& strand, Cont cont) noexcept {
  enter(strand, cont);
  strand.wait_at(*this);
  set_state(kArmed);
  task_.state().waiters().push_back(*this);
  cancel();
  return Step::none();
}

// Two that wait for each other's end, both cancelled, would do so for ever: a hard cancel lets go.
void JoinBase::cancel() noexcept {
  bool waits = !strand().top()->has(CancelScope::kHard);
  if (cancelling_ && waits) return;
  if (owns_ && waits && state() == kArmed) {
    cancelling_ = true;
    cancel_strand(request_, task_.state());
    return;
  }
  if (state() == kArmed) task_.state().waiters().erase(*this);
  stop();
}

// An owned task that we cancelled and that ended so: our own cancellation goes on. What it ended in otherwise counts.
void JoinBase::run() noexcept {
  if (cancelling_ && task_.state().was_cancelled()) set_state(kStopped);
  Op::run();
}

void JoinBase::describe(OpDescription& to) const {
  to.is("task", "'" + task_.name() + "'");
  to.tasks.push_back(&task_.state());
}

void JoinBase::throw_unless_value() {
  if (mistake_ == Mistake::kOtherLoop) {
    throw RuntimeError("task '" + task_.name() + "' is attached to a different loop: await it there");
  }
  if (mistake_ == Mistake::kWaitsForItself) {
    throw RuntimeError("task '" + task_.name() + "' awaits itself, or a task it is part of: it could never end");
  }
  TaskBase& task = task_.state();
  if (task.was_cancelled()) throw TaskCancelled(task.cancel_message());
  if (!task.failed()) return;
  task.mark_retrieved();
  std::rethrow_exception(task.error());
}

void add_done_callback(TaskBase& task, UniqueFunction<void()> callback) {
  if (task.done()) {
    loop_for(task).call_soon(std::move(callback));
  } else {
    task.extra().done_callbacks.push_back(std::move(callback));
  }
}

}  // namespace eddy::detail

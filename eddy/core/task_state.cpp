// SPDX-License-Identifier: MIT
#include "eddy/core/task_state.h"

#include <cstdio>

#include "eddy/core/context.h"
#include "eddy/core/debug_mode.h"
#include "eddy/core/error_trail.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

// The end of a task: it is done, its waiters are told, then its owner. What few tasks need besides is elsewhere, out of
// the way of all.
[[gnu::always_inline]] inline void TaskBase::set_done(Owner& owner) noexcept {
  root.flags |= kDone;
  owner.kids.erase(*this);
}

[[gnu::always_inline]] inline Step TaskBase::take_leave(Owner& owner) noexcept {
  Step step = owner.kid_ended(*this);
  root.up = nullptr;  // the owner may be gone long before the last handle
  return step;
}

[[gnu::always_inline]] inline Step TaskBase::finish() noexcept {
  auto& owner = static_cast<Owner&>(*root.up);
  set_done(owner);
  for (Op* waiter = waiters_.pop_front(); waiter;) {
    waiter->fire();  // may run code of users, such as a move constructor, and that give the task an extra
    waiter = root.has(kHasExtra) ? extra_->waiters.pop_front() : waiters_.pop_front();
  }
  Step step = take_leave(owner);
  unref();
  return step;
}

Step TaskBase::finish_unusual() noexcept {
  auto& owner = static_cast<Owner&>(*root.up);
  set_done(owner);
  while (Op* waiter = waiters().pop_front()) waiter->fire();
  if (TaskExtra* extra = extra_if_any()) {
    for (auto& callback : extra->done_callbacks) running.loop->call_soon(std::move(callback));
    extra->done_callbacks.clear();
    extra->cancel_note = {};
  }
  Strand* host = owner.host;
  Step step = take_leave(owner);
  if (root.has(kObserved)) running.loop->tell_end(*this, step ? host : nullptr);
  unref();
  return step;
}

TaskExtra::TaskExtra(TaskBase& task) noexcept : leftovers(task) {
  leftovers.host = &task;
  leftovers.flags |= CancelScope::kEffective;
}

TaskExtra::~TaskExtra() { Context::unref(context); }

Step TaskExtra::Leftovers::kid_ended(Strand&) noexcept { return kids.empty() ? task.leftovers_ended() : Step::none(); }

TaskExtra& TaskBase::extra() {
  if (root.has(kHasExtra)) return *extra_;
  auto* extra = new TaskExtra(*this);
  extra->waiters = waiters_;
  extra_ = extra;
  root.flags |= kHasExtra;
  return *extra;
}

bool TaskBase::request_cancel(std::string reason) {
  if (done()) return false;
  if (!reason.empty()) extra().cancel_reason = std::move(reason);
  OnLoop on(loop_of(*this));
  cancel_scope(*this, root);
  return true;
}

std::string TaskBase::name() const {
  if (const TaskExtra* extra = extra_if_any(); extra && !extra->name.empty()) return extra->name;
  char text[32];
  std::snprintf(text, sizeof text, "task@%p", static_cast<const void*>(this));
  return text;
}

std::string TaskBase::cancel_message() const {
  std::string text = "task '" + name() + "' was cancelled";
  if (const TaskExtra* extra = extra_if_any(); extra && !extra->cancel_reason.empty())
    text += ": " + extra->cancel_reason;
  return text;
}

void TaskBase::rethrow_if_not_value(const char* what) {
  if (root.has(kHasValue)) [[likely]]
    return;
  if (!done()) {
    throw InvalidStateError(std::string(what) + "() of task '" + name() +
                            "', which is not done yet: co_await it first");
  }
  if (was_cancelled()) throw TaskCancelled(cancel_message());
  mark_retrieved();
  std::rethrow_exception(error_ref());
}

[[gnu::always_inline]] inline Step TaskBase::first_step() noexcept {
  try {
    return launch();
  } catch (...) {
    drop_body();
    return conclude_with_current_exception();
  }
}

void TaskBase::run() noexcept {
  running.strand = this;
  if (root.effective()) [[unlikely]]
    return run_cancelled();
  drive(first_step());
}

void TaskBase::run_observed(Loop& loop) noexcept {
  running.strand = this;
  if (root.effective()) return run_cancelled();
  const Step first = first_step();
  if (!root.has(CancelScope::kEnded))
    loop.tell_begin(*this, first.resumes_coroutine() ? &first.coroutine()->where : nullptr);
  drive(first);
}

void TaskBase::run_cancelled() noexcept {
  innermost = &root;
  drop_body();
  begin_strand();
  drive(conclude(kWasCancelled));
}

Step TaskBase::child_cancelled() noexcept { return conclude(kWasCancelled); }

Step TaskBase::conclude_with_current_exception() noexcept {
  if (caught_visible_cancel()) return conclude(kWasCancelled);
  const auto* error = new (word_.bytes) std::exception_ptr(std::current_exception());
  note_task(*error, *this);
  return conclude(kHasError);
}

Step TaskBase::conclude(Flag end) noexcept {
  root.flags |= std::uint32_t{end} | std::uint32_t{CancelScope::kEnded};
  if (innermost != &root || root.has(kHasExtra | kObserved)) [[unlikely]]
    return conclude_unusual();
  return finish();
}

Step TaskBase::conclude_unusual() noexcept {
  leave_detached_owners(*this);
  if (const TaskExtra* extra = extra_if_any(); extra && !extra->leftovers.kids.empty()) {
    root.flags |= kDraining;
    return Step::none();
  }
  return finish_unusual();
}

Step TaskBase::leftovers_ended() noexcept {
  if (!root.has(kDraining)) return Step::none();
  root.flags &= ~std::uint32_t{kDraining};
  return finish_unusual();
}

void leave_detached_owners(Strand& strand) noexcept {
  while (strand.innermost != &strand.root) {
    auto& object = static_cast<Detached&>(static_cast<Owner&>(*strand.innermost));
    strand.innermost = object.up;
    object.leave_strand();
  }
}

void TaskBase::dispose() noexcept {
  if (root.has(kHasError | kHasExtra)) [[unlikely]]
    dispose_extra();
  destroy();
}

void TaskBase::dispose_extra() noexcept {
  if (failed() && !root.has(kRetrieved)) {
    mark_retrieved();
    report_lost_error("exception of task '" + name() + "' was never retrieved", error_ref());
  }
  if (failed()) error_ref().~exception_ptr();
  if (root.has(kHasExtra)) delete extra_;
}

void throw_cancelled() {
  TaskBase* task = task_of(running.strand);
  const TaskExtra* extra = task ? task->extra_if_any() : nullptr;
  throw Cancelled(extra ? extra->cancel_reason : std::string());
}

TaskBase* task_of(Strand* strand) noexcept {
  while (strand && !strand->root.has(TaskBase::kTask)) {
    Owner* owner = strand->owner();
    strand = owner ? owner->host : nullptr;
  }
  return static_cast<TaskBase*>(strand);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/core/task_state.h"

#include <cstdio>

#include "eddy/core/context.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

TaskExtra::TaskExtra(TaskBase& task) noexcept : leftovers(task) {
  leftovers.host = &task;
  leftovers.flags |= CancelScope::kEffective;
}

TaskExtra::~TaskExtra() { Context::unref(context); }

Step TaskExtra::Leftovers::kid_ended(Strand&) noexcept {
  if (kids.empty() && task.root.has(TaskBase::kDraining)) return task.finish();
  return Step::none();
}

TaskExtra& TaskBase::extra() {
  if (!extra_) extra_ = make_owned<TaskExtra>(*this);
  return *extra_;
}

bool TaskBase::request_cancel(std::string reason) {
  if (done()) return false;
  if (!reason.empty()) extra().cancel_reason = std::move(reason);
  cancel_scope(*this, root);
  return true;
}

std::string TaskBase::name() const {
  if (extra_ && !extra_->name.empty()) return extra_->name;
  char text[32];
  std::snprintf(text, sizeof text, "task@%p", static_cast<const void*>(this));
  return text;
}

std::string TaskBase::cancel_message() const {
  std::string text = "task '" + name() + "' was cancelled";
  if (extra_ && !extra_->cancel_reason.empty()) text += ": " + extra_->cancel_reason;
  return text;
}

void TaskBase::rethrow_if_not_value(const char* what) {
  if (root.has(kHasValue)) [[likely]]
    return;
  if (!done()) {
    throw InvalidStateError(std::string(what) + "() of task '" + name() + "', which is not done yet: co_await it first");
  }
  if (was_cancelled()) throw TaskCancelled(cancel_message());
  mark_retrieved();
  std::rethrow_exception(error_ref());
}

void TaskBase::run() noexcept {
  running.strand = this;
  if (root.effective()) [[unlikely]] {
    drop_body();
    drive(conclude(kWasCancelled));
    return;
  }
  root.flags |= kStarted;
  Step first;
  try {
    first = launch();
  } catch (...) {
    first = conclude_with_current_exception();
  }
  drive(first);
}

Step TaskBase::child_cancelled() noexcept { return conclude(kWasCancelled); }

Step TaskBase::conclude_with_current_exception() noexcept {
  if (caught_visible_cancel()) return conclude(kWasCancelled);
  set_error(std::current_exception());
  return conclude(kHasError);
}

Step TaskBase::conclude(Flag end) noexcept {
  root.flags |= end;
  leave_detached_owners(*this);
  if (extra_ && !extra_->leftovers.kids.empty()) {
    root.flags |= kDraining;
    return Step::none();
  }
  return finish();
}

void leave_detached_owners(Strand& strand) noexcept {
  while (strand.top != &strand.root) {
    auto& owner = static_cast<Owner&>(*strand.top);
    strand.top = owner.up;
    owner.host = nullptr;
    owner.up = &running.loop->root_owner();
  }
}

Step TaskBase::finish() noexcept {
  root.flags = (root.flags & ~std::uint32_t{kDraining}) | kDone;
  Owner& owner = *this->owner();
  owner.kids.erase(*this);
  while (Op* waiter = waiters.pop_front()) waiter->fire();
  if (extra_) {
    for (auto& callback : extra_->done_callbacks) running.loop->call_soon(std::move(callback));
    extra_->done_callbacks.clear();
  }
  Step step = owner.kid_ended(*this);
  root.up = nullptr;  // the owner may be gone long before the last handle
  unref();
  return step;
}

void TaskBase::dispose() noexcept {
  if (failed() && !root.has(kRetrieved)) {
    mark_retrieved();
    report_lost_error("exception of task '" + name() + "' was never retrieved", error_ref());
  }
  destroy();
}

TaskBase* task_of(Strand* strand) noexcept {
  while (strand && !strand->root.has(TaskBase::kTask)) {
    Owner* owner = strand->owner();
    strand = owner ? owner->host : nullptr;
  }
  return static_cast<TaskBase*>(strand);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/combine/task_group.h"

#include <algorithm>

#include "eddy/core/context.h"
#include "eddy/core/loop.h"

namespace eddy {

using detail::CancelScope;
using detail::Cont;
using detail::running;
using detail::Step;
using detail::Strand;
using detail::TaskBase;

void TaskGroup::open(Strand& on, Cont cont) noexcept {
  leaf_.enter(on, cont);
  host = &on;
  on.push(*this);
}

std::size_t TaskGroup::size() const noexcept {
  std::size_t count = 0;
  for (Strand* kid = kids.front(); kid; kid = kids.after(*kid)) ++count;
  return count;
}

// --- children --------------------------------------------------------------------------------------------------------

void TaskGroup::launch(TaskBase& task) noexcept {
  detail::prepare_task(*this, task);
  if (started_ < limit_ || effective()) {
    start_one(task);
  } else {
    task.root.flags |= TaskBase::kHeld;
    waiting_.push_back(task);
  }
}

void TaskGroup::start_one(TaskBase& task) noexcept {
  ++started_;
  task.root.flags &= ~std::uint32_t{TaskBase::kHeld};
  running.loop->start(task);
}

void TaskGroup::limit(std::size_t n) {
  if (n == 0) throw RuntimeError("TaskGroup::limit(0): at least one child must be allowed to run");
  limit_ = n;
  start_waiting();
}

void TaskGroup::start_waiting() noexcept {
  while (started_ < limit_ || effective()) {
    detail::Node* next = waiting_.pop_front();
    if (!next) return;
    start_one(static_cast<TaskBase&>(*next));
  }
}

// It takes nobody's place, for it will not run.
void TaskGroup::release(Strand& kid) noexcept {
  detail::NodeQueue others;
  while (detail::Node* next = waiting_.pop_front()) {
    if (next != &kid) others.push_back(*next);
  }
  waiting_ = others;
  start_one(static_cast<TaskBase&>(kid));
}

void TaskGroup::on_scope_cancelled() noexcept { start_waiting(); }

Step TaskGroup::kid_ended(Strand& kid) noexcept {
  auto& task = static_cast<TaskBase&>(kid);
  --started_;
  if (!task.root.has(TaskBase::kHasValue)) [[unlikely]]
    kid_ended_badly(task);
  if (!waiting_.empty()) [[unlikely]]
    start_waiting();
  if (!kids.empty() || body_running_) return Step::none();
  running.strand = host;
  host->resume_from_leaf();
  return finish();
}

void TaskGroup::kid_ended_badly(TaskBase& task) noexcept {
  if (task.was_cancelled()) child_cancelled_ = true;
  if (task.failed() && !task.root.has(TaskBase::kStarting)) {
    task.mark_retrieved();
    fail(task.error());
  }
}

// --- ending ----------------------------------------------------------------------------------------------------------

// The same error may arrive twice: a body that awaits a child's handle is thrown what the child threw.
void TaskGroup::fail(std::exception_ptr error) noexcept {
  if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) errors_.push_back(std::move(error));
  abort();
}

void TaskGroup::abort() noexcept {
  if (!has(kRequested)) detail::cancel_scope(*host, *this);
}

void TaskGroup::cancel() noexcept { abort(); }

Step TaskGroup::body_done() noexcept {
  try {
    keep_result();
  } catch (...) {
    fail(std::current_exception());
  }
  return join();
}

Step TaskGroup::body_was_cancelled() noexcept {
  body_cancelled_ = true;
  return join();
}

Step TaskGroup::join() noexcept {
  body_running_ = false;
  if (kids.empty()) return finish();
  host->wait_at(leaf_);
  return Step::none();
}

Step TaskGroup::finish() noexcept {
  Strand& on = *host;
  on.pop(*this);
  bool stopped = body_cancelled_ || child_cancelled_;
  if (errors_.empty() && stopped && on.cancelled()) return Step::unwind(leaf_.cont());
  return Step::resume(leaf_.cont());
}

void TaskGroup::throw_errors() {
  if (!errors_.empty()) throw ExceptionGroup("unhandled errors in a task group", std::move(errors_));
}

}  // namespace eddy

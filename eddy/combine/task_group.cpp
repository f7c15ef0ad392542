// SPDX-License-Identifier: MIT
#include "eddy/combine/task_group.h"

#include <unordered_set>
#include <utility>

#include "eddy/core/context.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy {

using detail::Cont;
using detail::running;
using detail::Step;
using detail::Strand;
using detail::TaskBase;

namespace {

// What an exception_ptr points at; both standard libraries keep nothing else in it.
const void* identity(const std::exception_ptr& error) noexcept {
  static_assert(sizeof(error) == sizeof(const void*));
  return *reinterpret_cast<const void* const*>(&error);
}

// The same error may arrive twice: who awaits a child's handle is thrown what the child threw.
std::vector<std::exception_ptr> without_repetitions(std::vector<std::exception_ptr> errors) {
  std::unordered_set<const void*> seen;
  std::erase_if(errors, [&](const std::exception_ptr& error) { return !seen.insert(identity(error)).second; });
  return errors;
}

}  // namespace

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

void TaskGroup::throw_ended() { throw RuntimeError("TaskGroup::create_task(): this task group has ended"); }

void TaskGroup::launch(TaskBase& task) noexcept {
  detail::prepare_task(*this, task);
  if (started_ < limit_ || effective()) [[likely]] {
    ++started_;
    running.loop->start(task);
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

void TaskGroup::Leaf::describe(detail::OpDescription& to) const {
  to.is("task_group");
  to.waits_for(group);
}

// --- ending ----------------------------------------------------------------------------------------------------------

void TaskGroup::fail(std::exception_ptr error) noexcept {
  if (!errors_) errors_ = make_owned<std::vector<std::exception_ptr>>();
  errors_->push_back(std::move(error));
  abort();
}

// After the end, too: the last child's result dies then, and its destructor may cancel.
void TaskGroup::abort() noexcept {
  if (host && !has(kRequested)) detail::cancel_scope(*host, *this);
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
  Strand& on = *std::exchange(host, nullptr);
  on.pop(*this);
  bool stopped = body_cancelled_ || child_cancelled_;
  if (!errors_ && stopped && on.cancelled()) return Step::unwind(leaf_.cont());
  return Step::resume(leaf_.cont());
}

void TaskGroup::throw_group() {
  throw ExceptionGroup("unhandled errors in a task group", without_repetitions(std::move(*errors_)));
}

}  // namespace eddy

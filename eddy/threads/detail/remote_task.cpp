// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/remote_task.h"

#include <mutex>

#include "eddy/core/loop.h"

namespace eddy::detail {

void RemoteTask::bind(Loop& loop) noexcept {
  loop_ = &loop;
  context_.borrow();
}

void RemoteTask::post() noexcept {
  ref();
  loop_->post_threadsafe(*this);
}

bool RemoteTask::request_cancel(std::string reason) {
  const std::lock_guard lock(lock_);
  if (ended_ || cancelled_) return false;
  cancelled_ = true;
  reason_ = std::move(reason);
  ref();
  loop_->post_threadsafe(cancel_);
  return true;
}

bool RemoteTask::would_wait_for_itself() noexcept {
  const std::lock_guard lock(lock_);
  return !ended_ && running.loop == loop_;
}

void RemoteTask::run() noexcept {
  running.strand = nullptr;
  try {
    BorrowedContext::Use use(context_);
    task_ = launch(*loop_);
  } catch (...) {
    mark_ended();
    never_ran(std::current_exception());
    return unref();
  }
  task_.state().waiters().push_back(joiner_);
  const std::lock_guard lock(lock_);
  if (cancelled_) task_.cancel(reason_);  // before it starts, so that it never runs
}

void RemoteTask::discard() noexcept {
  mark_ended();
  never_ran(std::make_exception_ptr(RuntimeError("the event loop was closed before the task could start on it")));
  unref();
}

void RemoteTask::mark_ended() noexcept {
  const std::lock_guard lock(lock_);
  ended_ = true;
}

void RemoteTask::Joiner::fire() noexcept {
  RemoteTask& self = remote;
  AnyTask task = std::move(self.task_);  // dies last, on its loop
  self.mark_ended();
  self.ended(task.state());
  self.unref();
}

void RemoteTask::CancelNode::run() noexcept {
  running.strand = nullptr;
  if (remote.task_) remote.task_.cancel(remote.reason_);
  remote.unref();
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "eddy/core/time_point.h"
#include "eddy/threads/detail/remote_task.h"

namespace eddy {
namespace detail {

[[noreturn]] void throw_waits_for_itself();
/// Says it, unless it is a cancellation: that was wanted.
void report_unretrieved(std::exception_ptr error) noexcept;

/// What the future and the task share: the task's end, told to a std::promise.
template <class T>
class FutureTask : public RemoteTask {
 public:
  std::future<T> get_future() { return promise_.get_future(); }
  /// Nobody holds the future any more: an error then goes to the loop's handler, like that of any task. False when the
  /// task has ended: its error is the caller's, and is in the future in a moment.
  bool let_go() noexcept { return (state_.fetch_or(kLetGo, std::memory_order_acq_rel) & kEnded) == 0; }

 protected:
  ~FutureTask() = default;

  void ended(TaskBase& task) noexcept final {
    if (!settle()) return;
    try {
      auto& state = static_cast<TaskState<T>&>(task);
      if constexpr (std::is_void_v<T>) {
        state.get();
        promise_.set_value();
      } else if constexpr (std::is_reference_v<T>) {
        promise_.set_value(state.get());
      } else {
        promise_.set_value(std::move(state.get()));
      }
    } catch (...) {
      promise_.set_exception(std::current_exception());
    }
  }
  void never_ran(std::exception_ptr why) noexcept final {
    if (settle()) promise_.set_exception(std::move(why));
  }

 private:
  enum State : std::uint8_t { kLetGo = 1, kEnded = 2 };

  /// It ends; whether anybody wants to know how.
  bool settle() noexcept { return (state_.fetch_or(kEnded, std::memory_order_acq_rel) & kLetGo) == 0; }

  std::promise<T> promise_;
  std::atomic<std::uint8_t> state_{0};
};

template <class What>
using FutureTaskOf = Carrying<FutureTask<remote_result_t<What>>, What>;

}  // namespace detail

/// A task that runs on another thread's loop, seen from here: a std::future that can also cancel. Converts to one.
///
/// `get()` gives the result, throws the task's error, TaskCancelled if it was cancelled, or RuntimeError if its loop
/// closed before it could start. Any thread may hold it, one at a time. Blocking on a task of the loop that runs here
/// would be for ever: that throws. Destroying it lets the task go on.
template <class T>
class ThreadFuture {
 public:
  ThreadFuture() noexcept = default;
  explicit ThreadFuture(detail::FutureTask<T>* task) : future_(task->get_future()), task_(task) {}
  ThreadFuture(ThreadFuture&& other) noexcept
      : future_(std::move(other.future_)), task_(std::exchange(other.task_, nullptr)) {}
  ThreadFuture& operator=(ThreadFuture other) noexcept {
    std::swap(future_, other.future_);
    std::swap(task_, other.task_);
    return *this;
  }
  ~ThreadFuture() {
    if (task_) drop();
  }

  T get() {
    wait();
    return future_.get();
  }
  void wait() const {
    if (task_ && task_->would_wait_for_itself()) detail::throw_waits_for_itself();
    future_.wait();
  }
  template <class Rep, class Period>
  std::future_status wait_for(std::chrono::duration<Rep, Period> limit) const {
    return future_.wait_for(limit);
  }
  template <class Clock, class Duration>
  std::future_status wait_until(std::chrono::time_point<Clock, Duration> when) const {
    return future_.wait_until(when);
  }
  bool valid() const noexcept { return future_.valid(); }
  bool done() const { return wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

  /// Asks the task to end; it ends, on its loop, when it has cleaned up. False when it has ended, or was asked before.
  bool cancel(std::string reason = {}) { return task_ && task_->request_cancel(std::move(reason)); }

  operator std::future<T>() && {  // NOLINT(google-explicit-constructor): asyncio's concurrent.futures.Future
    if (auto* task = std::exchange(task_, nullptr)) task->unref();
    return std::move(future_);
  }

 private:
  void drop() noexcept {
    if (!task_->let_go() && future_.valid()) {
      try {
        future_.get();
      } catch (...) {
        detail::report_unretrieved(std::current_exception());
      }
    }
    task_->unref();
  }

  std::future<T> future_;
  detail::FutureTask<T>* task_ = nullptr;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <exception>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/task_state.h"

namespace eddy {

/// A handle to a task whose result type is not known here: to name it, cancel it, wait for it, keep it in a set.
///
/// Counts references; belongs to the task's loop and thread. A default-made or moved-from handle is empty and may only
/// be assigned, compared or destroyed. With the type known, see `TaskHandle<T>`.
class AnyTask {
 public:
  AnyTask() noexcept = default;
  explicit AnyTask(detail::TaskBase* state) noexcept : state_(state) {
    if (state_) state_->ref();
  }
  AnyTask(const AnyTask& other) noexcept : AnyTask(other.state_) {}
  AnyTask(AnyTask&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  AnyTask& operator=(AnyTask other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~AnyTask() {
    if (state_) state_->unref();
  }

  /// Asks the task to end: its present or next await ends as cancelled, and its frames are destroyed. False when it is
  /// done already. Cancelling twice, or a task that is cleaning up, is harmless.
  bool cancel(std::string reason = {}) const { return state().request_cancel(std::move(reason)); }

  bool done() const { return state().done(); }
  /// True when it ended by cancellation.
  bool cancelled() const { return state().was_cancelled(); }
  /// The error it ended in, or null. Throws InvalidStateError before it is done, TaskCancelled when it was cancelled.
  std::exception_ptr exception() const;

  std::string name() const { return state().name(); }
  void set_name(std::string name) const { state().extra().name = std::move(name); }

  /// Where it waits: the location of each `co_await` between the operation it waits at and the task, innermost first.
  /// Empty while it runs, before it starts and when it is done.
  std::vector<std::source_location> stack() const;

  explicit operator bool() const noexcept { return state_ != nullptr; }
  friend bool operator==(const AnyTask& a, const AnyTask& b) noexcept { return a.state_ == b.state_; }
  friend std::strong_ordering operator<=>(const AnyTask& a, const AnyTask& b) noexcept {
    return std::compare_three_way{}(a.state_, b.state_);
  }

  /// Advanced: for combinators.
  detail::TaskBase& state() const {
    if (!state_) throw_empty();
    return *state_;
  }

 protected:
  detail::TaskBase* state_ = nullptr;

 private:
  [[noreturn]] static void throw_empty();
  friend struct std::hash<AnyTask>;
};

/// The task that runs now; throws RuntimeError outside of tasks. In a branch of `gather`: the task that gathers.
AnyTask current_task();

/// Every task of the running loop that is not done.
std::vector<AnyTask> all_tasks();

namespace detail {
/// … of any loop of this thread.
std::vector<AnyTask> tasks_of(Loop& loop);
}  // namespace detail

}  // namespace eddy

template <>
struct std::hash<eddy::AnyTask> {
  std::size_t operator()(const eddy::AnyTask& task) const noexcept { return std::hash<void*>{}(task.state_); }
};

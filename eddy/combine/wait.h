// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/combine/detail/inputs.h"
#include "eddy/combine/detail/repeated.h"
#include "eddy/combine/detail/watcher.h"
#include "eddy/core/task_handle.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {

/// When `wait` returns.
enum class ReturnWhen { kFirstCompleted, kFirstException, kAllCompleted };
inline constexpr ReturnWhen FIRST_COMPLETED = ReturnWhen::kFirstCompleted;
/// At the first task that fails (being cancelled is no failure); when none does, at the end of all.
inline constexpr ReturnWhen FIRST_EXCEPTION = ReturnWhen::kFirstException;
inline constexpr ReturnWhen ALL_COMPLETED = ReturnWhen::kAllCompleted;

namespace detail {
template <class Handle>
class WaitOp;
}

/// A set of task handles, in the order in which they were given.
template <class Handle>
class TaskSet {
 public:
  auto begin() const noexcept { return handles_.begin(); }
  auto end() const noexcept { return handles_.end(); }
  auto begin() noexcept { return handles_.begin(); }
  auto end() noexcept { return handles_.end(); }
  std::size_t size() const noexcept { return handles_.size(); }
  bool empty() const noexcept { return handles_.empty(); }
  bool contains(const AnyTask& task) const noexcept {
    for (const Handle& handle : handles_) {
      if (handle == task) return true;
    }
    return false;
  }
  /// Adds it, unless it is there already.
  void insert(Handle handle) {
    if (!contains(handle)) handles_.push_back(std::move(handle));
  }
  /// Takes the last one out. Must not be empty.
  Handle pop() {
    Handle last = std::move(handles_.back());
    handles_.pop_back();
    return last;
  }

 private:
  template <class>
  friend class detail::WaitOp;
  void append(Handle handle) { handles_.push_back(std::move(handle)); }

  std::vector<Handle> handles_;
};

/// What `wait` gives: `auto [done, pending] = co_await wait(…)`.
template <class Handle>
struct Waited {
  Waited() = default;
  TaskSet<Handle> done;
  TaskSet<Handle> pending;
};

namespace detail {

/// Waits for a condition on a set of tasks. Never cancels one, never throws what one threw.
class WaitBase : public TimerOp {
 public:
  WaitBase(ReturnWhen when_to_return, Nanos limit) noexcept : until_(when_to_return), limit_(limit) {}
  WaitBase(WaitBase&&) = default;

  bool ready() noexcept { return tasks_.empty() || (satisfied() && running.spend()); }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void fire() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~WaitBase() = default;
  void add(const AnyTask& task) {
    (void)task.state();  // throws when the handle is empty
    tasks_.push_back(task);
  }
  std::vector<bool> repeated() const { return detail::repeated(tasks_); }
  void check() const;

 private:
  struct TaskEnd final : Watcher {
    TaskEnd(WaitBase& of, AnyTask task) noexcept : Watcher(std::move(task)), wait(of) {}
    void on_end() noexcept override { wait.task_ended(task()); }
    WaitBase& wait;
  };

  void task_ended(const AnyTask& task) noexcept;
  bool decides(const AnyTask& task) const noexcept;
  bool satisfied() const noexcept;
  void let_go() noexcept;

  ReturnWhen until_;
  Nanos limit_;
  bool timed_ = false;
  std::vector<AnyTask> tasks_;
  std::deque<TaskEnd> ends_;
  std::size_t running_ = 0;  ///< of `ends_`, those still to come
};

template <class Handle>
class [[nodiscard("co_await it")]] WaitOp final : public WaitBase, public AwaitLeaf<WaitOp<Handle>> {
 public:
  WaitOp(std::vector<Handle> handles, ReturnWhen when_to_return, Nanos limit)
      : WaitBase(when_to_return, limit), handles_(std::move(handles)) {
    for (const Handle& handle : handles_) add(handle);
  }

  Waited<Handle> take() {
    check();
    Waited<Handle> result;
    std::vector<bool> skip = repeated();
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      if (!skip[i]) (handles_[i].done() ? result.done : result.pending).append(std::move(handles_[i]));
    }
    return result;
  }

 private:
  std::vector<Handle> handles_;
};

struct WaitFn {
  template <Iterable R>
  auto operator()(R&& handles, ReturnWhen when_to_return = ALL_COMPLETED) const {
    return of_range(handles, when_to_return, kForever);
  }
  template <Iterable R, class Rep, class Period>
  auto operator()(R&& handles, ReturnWhen when_to_return, std::chrono::duration<Rep, Period> limit) const {
    return of_range(handles, when_to_return, to_nanos(limit));
  }
  template <Iterable R, class Rep, class Period>
  auto operator()(R&& handles, std::chrono::duration<Rep, Period> limit) const {
    return of_range(handles, ALL_COMPLETED, to_nanos(limit));
  }

  /// Loose handles of any types, then the condition and a limit, both optional.
  template <class First, class... Rest>
    requires std::is_base_of_v<AnyTask, std::remove_cvref_t<First>>
  auto operator()(First&& first, Rest&&... rest) const {
    Collect collect;
    collect.take(first);
    (collect.take(rest), ...);
    return WaitOp<AnyTask>(std::move(collect.tasks), collect.when_to_return, collect.limit);
  }

 private:
  struct Collect {
    void take(const AnyTask& task) { tasks.push_back(task); }
    void take(ReturnWhen when) { when_to_return = when; }
    template <class Rep, class Period>
    void take(std::chrono::duration<Rep, Period> d) {
      limit = to_nanos(d);
    }
    std::vector<AnyTask> tasks;
    ReturnWhen when_to_return = ALL_COMPLETED;
    Nanos limit = kForever;
  };

  template <class R>
  static auto of_range(R& handles, ReturnWhen when_to_return, Nanos limit) {
    using Handle = std::remove_cvref_t<decltype(*handles.begin())>;
    static_assert(std::is_base_of_v<AnyTask, Handle>,
                  "eddy: wait takes task handles, since it leaves tasks running: start them with create_task first");
    return WaitOp<Handle>(std::vector<Handle>(handles.begin(), handles.end()), when_to_return, limit);
  }
};

}  // namespace detail

/// `auto [done, pending] = co_await wait(handles, FIRST_COMPLETED, 2s)`: waits until one, or all, or a failing one of
/// the tasks has ended, or the time is up. Neither throws what the tasks threw nor cancels them, also not when it is
/// cancelled itself. Throws RuntimeError when no task was given.
inline constexpr detail::WaitFn wait{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "eddy/core/any_task.h"
#include "eddy/core/awaitable.h"

namespace eddy {

template <class T>
class TaskHandle;

namespace detail {

/// A handle that is not empty.
class Joined final : public AnyTask {
 public:
  /// Throws when it is.
  explicit Joined(AnyTask task) : AnyTask(std::move(task)) { (void)AnyTask::state(); }
  TaskBase& state() const noexcept { return *state_; }
};

/// Waits for a task to be done; cancelling it leaves the task alone.
class JoinBase : public Op {
 public:
  /// Throws when the handle is empty.
  explicit JoinBase(AnyTask task) : task_(std::move(task)) {}
  JoinBase(JoinBase&&) = default;

  bool ready() noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void run() noexcept override;
  void fire() noexcept override { grant(); }
  void describe(OpDescription& to) const override;

  /// From now on the waiter answers for the task: cancelled, it cancels the task and waits for its end.
  void own() noexcept { owns_ = true; }

 protected:
  ~JoinBase() = default;
  /// Throws unless the task is done with a value.
  void check() {
    constexpr std::uint32_t kFine = TaskBase::kDone | TaskBase::kHasValue;
    if ((task_.state().root.flags & kFine) != kFine) [[unlikely]]
      throw_unless_value();
  }

  Joined task_;

 private:
  friend struct DebugLayout;
  void throw_unless_value();
  enum class Mistake : unsigned char { kNone, kWaitsForItself, kOtherLoop };
  Mistake mistake() const noexcept;
  bool waits_for_itself() const noexcept;
  bool is_above() const noexcept;
  bool on_other_loop() const noexcept;
  Step start_cancelled(Strand& strand, Cont cont) noexcept;
  Mistake mistake_ = Mistake::kNone;
  bool owns_ = false;
  bool cancelling_ = false;
  CancelRequest request_;
};

/// `R` is how the result is handed out: by reference from an lvalue handle, moved from an rvalue one.
template <class T, bool kMove>
class Join final : public JoinBase, public AwaitLeaf<Join<T, kMove>> {
 public:
  using JoinBase::JoinBase;
  /// Whoever collects results copies this one: it stays in the task.
  static constexpr bool kResultStays = !kMove && !std::is_reference_v<T>;

  decltype(auto) take() {
    check();
    auto& state = static_cast<TaskState<T>&>(task_.state());
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(state.get());
    } else if constexpr (kMove) {
      return T(std::move(state.get()));
    } else {
      return static_cast<T&>(state.get());
    }
  }
};

}  // namespace detail

/// A task that runs on the loop: cancel it, await it, ask it. Python's Task.
///
/// Cheap to copy, counts references, belongs to its loop and thread. Awaiting an lvalue handle gives a reference to the
/// result, which lives as long as a handle does, and may be done any number of times; awaiting an rvalue moves the
/// result out. If the awaiter is cancelled it merely stops waiting (asyncio would cancel the task): `gather`, `race`
/// and `wait_for` do cancel the handles they were given.
template <class T = void>
class TaskHandle : public AnyTask {
 public:
  using value_type = T;

  TaskHandle() noexcept = default;
  explicit TaskHandle(detail::TaskState<T>* state) noexcept : AnyTask(state) {}

  /// The value, or throws what the task ended in; InvalidStateError before it is done.
  decltype(auto) result() & { return typed().get(); }
  decltype(auto) result() const& { return typed().get(); }
  T result() && {
    if constexpr (std::is_void_v<T>) {
      typed().get();
    } else if constexpr (std::is_reference_v<T>) {
      return typed().get();
    } else {
      return std::move(typed().get());
    }
  }

  /// Calls `callback(handle)` from the loop once the task is done, soon if it is done already. What it throws goes to
  /// the loop's exception handler.
  template <class F>
    requires std::invocable<F&, TaskHandle&>
  void add_done_callback(F callback) const {
    add_callback(state(), [self = TaskHandle(*this), callback = std::move(callback)]() mutable { callback(self); });
  }

  detail::Join<T, false> operator co_await() const& { return detail::Join<T, false>(*this); }
  detail::Join<T, true> operator co_await() && { return detail::Join<T, true>(std::move(*this)); }

  /// Advanced: for combinators.
  detail::Join<T, false> to_operation() const& { return detail::Join<T, false>(*this); }
  detail::Join<T, true> to_operation() && { return detail::Join<T, true>(std::move(*this)); }

 private:
  detail::TaskState<T>& typed() const { return static_cast<detail::TaskState<T>&>(state()); }
  static void add_callback(detail::TaskBase& task, UniqueFunction<void()> callback);
};

namespace detail {

/// The handle of a task that was made from a closure which GCC 12 destroys twice if the same expression awaits: a plain
/// handle once it has a name.
template <class T>
class UnnamedClosureHandle : public TaskHandle<T> {
 public:
  using TaskHandle<T>::TaskHandle;
  Join<T, false> operator co_await() const& { return Join<T, false>(*this); }
  Join<T, false> to_operation() const& { return Join<T, false>(*this); }
  template <class U = T>
  Join<T, true> operator co_await() && {
    refuse<U>();
    return Join<T, true>(std::move(*this));
  }
  template <class U = T>
  Join<T, true> to_operation() && {
    refuse<U>();
    return Join<T, true>(std::move(*this));
  }

 private:
  template <class U>
  static constexpr bool kNever = false;
  template <class U>
  static constexpr void refuse() {
    static_assert(kNever<U>,
                  "eddy: GCC 12 destroys a closure that owns something twice in a co_await expression: capture by "
                  "reference ([&]), or name the lambda first and pass its name, or std::ref(name)");
  }
};

void add_done_callback(TaskBase& task, UniqueFunction<void()> callback);
}  // namespace detail

template <class T>
void TaskHandle<T>::add_callback(detail::TaskBase& task, UniqueFunction<void()> callback) {
  detail::add_done_callback(task, std::move(callback));
}

}  // namespace eddy

template <class T>
struct std::hash<eddy::TaskHandle<T>> : std::hash<eddy::AnyTask> {};

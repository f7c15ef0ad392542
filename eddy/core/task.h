// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/promise.h"

namespace eddy {

template <class T = void>
class Task;

namespace detail {

template <class T>
class TaskOp;

/// The promise of a Task: the shared part, then room for the value. References are kept as pointers.
template <class T>
struct TaskPromise : PromiseBase {
  using Stored = std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, std::remove_const_t<T>>;
  static_assert(alignof(Stored) <= 16,
                "eddy: a Task's result may be aligned to 16 bytes at most: return it by unique_ptr");

  union {
    Stored value;
  };

  explicit TaskPromise(std::source_location made = std::source_location::current()) noexcept : PromiseBase(made) {}
  ~TaskPromise() {
    if (ended() == kValue) value.~Stored();
  }

  Task<T> get_return_object() noexcept;

  template <class U = T>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& result) {
    if constexpr (std::is_reference_v<T>) {
      value = address_of(static_cast<T>(result));
    } else {
      new (static_cast<void*>(address_of(value))) Stored(std::forward<U>(result));
    }
    parent.set_tag(kValue);
  }

  void unhandled_exception() noexcept {  // may follow return_value, when a local's destructor throws
    if (ended() == kValue) value.~Stored();
    PromiseBase::unhandled_exception();
  }

  T take_value() {
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*value);
    } else {
      return std::move(value);
    }
  }
};

template <>
struct TaskPromise<void> : PromiseBase {
  explicit TaskPromise(std::source_location made = std::source_location::current()) noexcept : PromiseBase(made) {}
  Task<void> get_return_object() noexcept;
  void return_void() noexcept { parent.set_tag(kValue); }
  void take_value() const noexcept {}
};

template <class P>
struct FrameGuard {
  P* promise;
  ~FrameGuard() { promise->handle().destroy(); }
};

/// The result of an ended coroutine; its frame is gone afterwards.
template <class T>
T take_from(TaskPromise<T>* promise) {
  FrameGuard<TaskPromise<T>> guard{promise};
  if (promise->ended() == PromiseBase::kError) [[unlikely]]
    promise->rethrow();
  return promise->take_value();
}

/// What `co_await task` makes: trivially destructible, because a running child belongs to the chain that runs it.
template <class T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(TaskPromise<T>* promise) noexcept : promise_(promise) {}

  bool await_ready() const noexcept { return false; }

  template <class P>
  [[gnu::always_inline]] std::coroutine_handle<> await_suspend(
      std::coroutine_handle<P> waiter, std::source_location where = std::source_location::current()) const noexcept {
    static_assert(kOurs<P>, "eddy: a Task can be awaited in eddy's own coroutines only (Task, AsyncGenerator, …)");
    PromiseBase& parent = waiter.promise();
    parent.where = where;
    promise_->parent = Cont(parent);
    return PromiseBase::transfer(Step::resume(Cont(*promise_)));
  }

  T await_resume() const { return take_from(promise_); }

 private:
  TaskPromise<T>* promise_;
};

void report_never_awaited(PromiseBase& promise) noexcept;
[[noreturn]] void throw_empty_task();

}  // namespace detail

/// A coroutine that has not started: Python's coroutine object.
///
/// Lazy: it runs when it is awaited, spawned or given to a combinator, once, as an rvalue. Move-only; destroying one
/// that never ran destroys its arguments (debug mode reports it). Belongs to no loop until it starts.
/// For something that runs by itself see `create_task` and `TaskHandle`.
template <class T>
class [[nodiscard("a Task does nothing until it is awaited: co_await it, or pass it to create_task")]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using eddy_one_shot = void;

  Task(Task&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    Task old(std::move(*this));
    promise_ = std::exchange(other.promise_, nullptr);
    return *this;
  }
  ~Task() {
    if (promise_) drop();
  }

  detail::TaskAwaiter<T> operator co_await() && { return detail::TaskAwaiter<T>(checked_release()); }

  template <class Self = Task>
  auto operator co_await() & {
    static_assert(!std::is_same_v<Self, Task>, "eddy: a Task is awaited once, as an rvalue: co_await std::move(task)");
    return std::suspend_never{};
  }

  /// Advanced: for combinators.
  detail::TaskOp<T> to_operation() && { return detail::TaskOp<T>(checked_release()); }
  detail::TaskPromise<T>* checked_release() {
    if (!promise_) detail::throw_empty_task();
    return std::exchange(promise_, nullptr);
  }

  /// False once it was awaited or moved from.
  bool valid() const noexcept { return promise_ != nullptr; }

 private:
  friend detail::TaskPromise<T>;
  explicit Task(detail::TaskPromise<T>* promise) noexcept : promise_(promise) {}

  void drop() noexcept {
    detail::report_never_awaited(*promise_);
    promise_->handle().destroy();
  }

  detail::TaskPromise<T>* promise_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(this);
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept { return Task<void>(this); }

/// A Task inside a combinator: owns the frame until it starts, knows where its result is afterwards.
template <class T>
class TaskOp {
 public:
  explicit TaskOp(TaskPromise<T>* promise) noexcept : promise_(promise) {}
  TaskOp(TaskOp&& other) noexcept : promise_(std::exchange(other.promise_, nullptr)), started_(other.started_) {}
  TaskOp& operator=(TaskOp&&) = delete;
  ~TaskOp() {
    if (promise_ && !started_) promise_->handle().destroy();
  }

  bool ready() const noexcept { return false; }
  Step start(Strand&, Cont cont) noexcept {
    started_ = true;
    promise_->parent = cont;
    return Step::resume(Cont(*promise_));
  }
  T take() { return take_from(std::exchange(promise_, nullptr)); }

 private:
  TaskPromise<T>* promise_;
  bool started_ = false;
};

}  // namespace detail
}  // namespace eddy

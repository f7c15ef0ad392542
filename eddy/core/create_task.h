// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/core/closure.h"
#include "eddy/core/context.h"
#include "eddy/core/loop.h"
#include "eddy/core/signature.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/core/task_state.h"

namespace eddy {
namespace detail {

/// The state of a task whose body is a coroutine.
template <class T>
class CoroutineState : public TaskState<T> {
 public:
  static void* operator new(std::size_t bytes) { return frame_allocate(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept { frame_free(state, bytes); }

 protected:
  ~CoroutineState() = default;

  Step begin(TaskPromise<T>* coroutine) noexcept {
    coroutine->parent = Cont(*this);
    return Step::resume(Cont(*coroutine));
  }
  /// The body, which has just ended.
  static TaskPromise<T>* ended_body() noexcept { return static_cast<TaskPromise<T>*>(running.ended); }
};

/// Made from a Task.
template <class T>
class CoroutineTask final : public CoroutineState<T> {
 public:
  explicit CoroutineTask(TaskPromise<T>* coroutine) noexcept { this->word_.pointer = coroutine; }

  void run() noexcept override {  // TaskBase::run without a call to launch
    running.strand = this;
    if (this->root.effective()) [[unlikely]]
      return this->run_cancelled();
    drive(launch());
  }

  Step child_done() noexcept override {
    TaskPromise<T>* coroutine = this->ended_body();
    return this->settle([coroutine]() -> T { return take_from(coroutine); });
  }

 private:
  Step launch() noexcept override {
    TaskPromise<T>* coroutine = body();
    this->begin_strand();
    return this->begin(coroutine);
  }
  void drop_body() noexcept override { body()->handle().destroy(); }
  TaskPromise<T>* body() const noexcept { return static_cast<TaskPromise<T>*>(this->word_.pointer); }
  void destroy() noexcept override { delete this; }
};

/// Made from a callable and its arguments, which live as long as the task runs.
template <class T, class Stored>
class CallTask final : public CoroutineState<T> {
 public:
  template <class... A>
  explicit CallTask(std::in_place_t, A&&... call) {
    call_.emplace(std::in_place, std::forward<A>(call)...);
  }

  Step child_done() noexcept override {
    TaskPromise<T>* coroutine = this->ended_body();
    return this->settle([this, coroutine]() -> T {
      struct End {
        std::optional<Stored>& call;
        ~End() {
          if constexpr (!std::is_reference_v<T>) call.reset();  // a reference may be into what the arguments keep
        }
      } end{call_};
      return take_from(coroutine);
    });
  }
  Step child_cancelled() noexcept override {
    call_.reset();
    return TaskBase::child_cancelled();
  }

 private:
  Step launch() override {
    this->begin_strand();
    return this->begin((*call_)().checked_release());
  }
  void drop_body() noexcept override { call_.reset(); }
  void destroy() noexcept override { delete this; }

  std::optional<Stored> call_;
};

/// Made from an operation, which runs where it is kept.
template <class Result, class Operation>
class KeptOperationTask final : public TaskState<Result> {
 public:
  explicit KeptOperationTask(Operation&& operation) { operation_.emplace(std::move(operation)); }

  static void* operator new(std::size_t bytes) { return frame_allocate(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept { frame_free(state, bytes); }

  Step child_done() noexcept override {
    return this->settle([this]() -> Result {
      struct End {
        std::optional<Operation>& operation;
        ~End() { operation.reset(); }
      } end{operation_};
      return operation_->take();
    });
  }
  Step child_cancelled() noexcept override {
    operation_.reset();
    return TaskBase::child_cancelled();
  }

 private:
  Step launch() override {
    this->begin_strand();
    return start_child(*operation_, *this, Cont(*this));
  }
  void drop_body() noexcept override { operation_.reset(); }
  void destroy() noexcept override { delete this; }

  std::optional<Operation> operation_;
};

/// The state of a task made from an awaitable that becomes an operation, or from a callable that returns one.
template <class Result, class Make, class Operation>
class OperationTask final : public TaskState<Result> {
 public:
  template <class... A>
  explicit OperationTask(std::in_place_t, A&&... make) {
    make_.emplace(std::forward<A>(make)...);
  }

  static void* operator new(std::size_t bytes) { return frame_allocate(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept { frame_free(state, bytes); }

  Step child_done() noexcept override {
    return this->settle([this]() -> Result {
      struct End {
        OperationTask& task;
        ~End() { task.end(); }
      } end{*this};
      return slot_->operation.take();
    });
  }
  Step child_cancelled() noexcept override {
    slot_.reset();
    make_.reset();
    return TaskBase::child_cancelled();
  }

 private:
  struct Slot {
    explicit Slot(Make& make) : operation(to_operation(make())) {}
    Operation operation;
  };

  void end() noexcept {
    slot_.reset();
    if constexpr (!std::is_reference_v<Result>) make_.reset();  // a reference may be into what the arguments keep
  }

  Step launch() override {
    this->begin_strand();
    slot_.emplace(*make_);
    return start_child(slot_->operation, *this, Cont(*this));
  }
  void drop_body() noexcept override { make_.reset(); }
  void destroy() noexcept override { delete this; }

  std::optional<Make> make_;
  std::optional<Slot> slot_;
};

/// Keeps an awaitable until it is asked for; then it is an lvalue again if it was given as one, so that a handle's
/// result stays in its task.
template <class A>
class StoredAwaitable {
  using Value = std::remove_cvref_t<A>;

 public:
  explicit StoredAwaitable(Value&& awaitable) : awaitable_(std::move(awaitable)) {}
  A&& operator()() noexcept { return static_cast<A&&>(awaitable_); }

 private:
  Value awaitable_;
};

template <class T>
struct TaskResult {
  static constexpr bool kIsTask = false;
};
template <class T>
struct TaskResult<Task<T>> {
  static constexpr bool kIsTask = true;
  using type = T;
};

/// Task states come from the frame heap.
template <class State>
constexpr void check_alignment() {
  static_assert(
      alignof(State) <= 16,
      "eddy: a task's callable, arguments and result may be aligned to 16 bytes at most: keep what needs more "
      "behind a pointer");
}

/// A new task state, not yet started, for a Task, another awaitable, or a callable with arguments.
template <class F, class... Args>
auto make_task(F&& f, Args&&... args) {
  if constexpr (sizeof...(Args) == 0 && kAwaitable<F>) {
    using A = std::remove_cvref_t<F>;
    if constexpr (kLvalueOneShot<F>) {
      static_assert(!kLvalueOneShot<F>, "eddy: a Task is started once, as an rvalue: pass std::move(task)");
    } else if constexpr (TaskResult<A>::kIsTask) {
      return new CoroutineTask<typename TaskResult<A>::type>(f.checked_release());
    } else if constexpr (!Convertible<F>) {
      using State = KeptOperationTask<await_result_t<F>, A>;
      check_alignment<State>();
      return new State(A(std::forward<F>(f)));
    } else {
      using State = OperationTask<await_result_t<F>, StoredAwaitable<F>, operation_t<F>>;
      check_alignment<State>();
      return new State(std::in_place, A(std::forward<F>(f)));
    }
  } else {
    using Stored = stored_call_t<F, Args...>;
    using Returned = stored_call_result_t<F, Args...>;
    static_assert(
        Awaitable<Returned>,
        "eddy: create_task(f, args...) needs an f that returns an awaitable, such as eddy::Task<T>; to run a plain "
        "function use call_soon, or to_thread if it blocks");
    if constexpr (TaskResult<std::remove_cvref_t<Returned>>::kIsTask) {
      using State = CallTask<typename TaskResult<std::remove_cvref_t<Returned>>::type, Stored>;
      check_alignment<State>();
      return new State(std::in_place, std::forward<F>(f), std::forward<Args>(args)...);
    } else {
      using State = OperationTask<await_result_t<Returned>, Stored, operation_t<Returned>>;
      check_alignment<State>();
      return new State(std::in_place, std::in_place, std::forward<F>(f), std::forward<Args>(args)...);
    }
  }
}

/// Gives a new task the values of the current context.
void inherit_context(TaskBase& task) noexcept;

/// A task without values of context variables: most are.
inline bool is_plain_task(const Strand* strand) noexcept {
  constexpr std::uint32_t kKind = std::uint32_t{TaskBase::kTask} | TaskBase::kHasContext;
  return strand && (strand->root.flags & kKind) == TaskBase::kTask;
}

/// Hands a new task to its owner, with the values of the current context.
inline void prepare_task(Owner& owner, TaskBase& task) noexcept {
  task.ref();  // the loop's, until it is done
  if (!is_plain_task(running.strand)) [[unlikely]]
    inherit_context(task);
  owner.adopt(task);
}
/// The same, and queues its start.
void launch_task(Loop& loop, Owner& owner, TaskBase& task) noexcept;

template <class T>
TaskHandle<T> handle_of(TaskState<T>* state) noexcept {
  return TaskHandle<T>(state);
}

/// The same for a task made from an `F`.
template <class F, class T>
auto handle_for(TaskState<T>* state) noexcept {
  if constexpr (kAwaitable<F> || kClosureIsSafe<F>) {
    return TaskHandle<T>(state);
  } else {
    return UnnamedClosureHandle<T>(state);
  }
}

template <class F, class... Args>
auto spawn(Loop& loop, Owner& owner, F&& f, Args&&... args) {
  auto* state = make_task(std::forward<F>(f), std::forward<Args>(args)...);
  launch_task(loop, owner, *state);
  return handle_for<F>(state);
}

struct CreateTask {
  template <class F, class... Args>
  auto operator()(F&& task_or_callable, Args&&... args) const {
    Loop& loop = require_loop("create_task()");
    return spawn(loop, loop.root_owner(), std::forward<F>(task_or_callable), std::forward<Args>(args)...);
  }
};

}  // namespace detail

/// Starts a task that runs by itself, held by the loop: `create_task(task)`, or `create_task(callable, args...)`, which
/// keeps the callable and its arguments as long as the task runs (the safe form, also for lambdas with captures).
///
/// It starts when the caller next suspends. An error that nobody retrieves goes to the loop's exception handler; at
/// shutdown the task is cancelled and waited for. For tasks that belong together see `task_group`.
inline constexpr detail::CreateTask create_task{};

template <class F, class... Args>
auto Loop::create_task(F&& task_or_callable, Args&&... args) {
  if (closed_) throw RuntimeError("create_task(): event loop is closed");
  return detail::spawn(*this, root_, std::forward<F>(task_or_callable), std::forward<Args>(args)...);
}

template <class A>
decltype(auto) Loop::run_until_complete(A&& awaitable) {
  check_open("run_until_complete()");
  auto handle = create_task(std::forward<A>(awaitable));
  run_until([&] { return handle.done(); });
  if (!handle.done()) throw RuntimeError("run_until_complete(): the event loop was stopped before the task was done");
  return std::move(handle).result();
}

}  // namespace eddy

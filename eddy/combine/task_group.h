// SPDX-License-Identifier: MIT
//
// 1. A group ends when its body and all of its children have ended; only then is its scope popped.
// 2. The first failure (of a child or of the body) cancels the group's scope: the body and the other children.
// 3. Every failure is reported once: thrown with the others as an ExceptionGroup.
// 4. Children beyond the limit are in `kids` but not queued (kHeld); whoever ends starts the next. A cancel queues them
//    all, and a child's own cancel that one, to end without running.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/exception_group.h"
#include "eddy/base/owned.h"
#include "eddy/combine/detail/inputs.h"
#include "eddy/combine/started.h"
#include "eddy/core/body.h"
#include "eddy/core/create_task.h"
#include "eddy/core/node_queue.h"
#include "eddy/core/outcome.h"
#include "eddy/core/scope.h"

namespace eddy {

/// A group of tasks that end together, as seen by the body of `task_group`.
///
/// Valid while the body or a child runs. Spawning into a group that was cancelled is allowed: the child never runs.
class TaskGroup : private detail::Owner {
 public:
  /// Starts a child: `create_task(task)`, or `create_task(callable, args...)`, which keeps callable and arguments as
  /// long as the child runs. It starts when the caller next suspends.
  template <class F, class... Args>
  auto create_task(F&& task_or_callable, Args&&... args) {
    check_open();
    auto* state = detail::make_task(std::forward<F>(task_or_callable), std::forward<Args>(args)...);
    auto handle = detail::handle_for<F>(state);
    launch(*state);
    return handle;
  }

  /// One child `f(item)` for each item.
  template <class F, detail::Iterable Items>
  auto create_tasks(F&& f, Items&& items) {
    detail::check_closure<F>();
    std::vector<decltype(create_task(f, *items.begin()))> handles;
    for (auto&& item : items) handles.push_back(create_task(f, std::forward<decltype(item)>(item)));
    return handles;
  }

  /// `co_await tg.start(serve, port)`: starts `serve(Started<T>, port)` and waits until it calls `co_await
  /// ready(value)`; that value. Until then its errors come out here, and cancelling the wait cancels it.
  template <class F, class... Args>
  auto start(F&& f, Args&&... args) {
    detail::check_closure<F>();
    using T = detail::started_value_t<std::decay_t<F>>;
    detail::StartRef<T> cell(new detail::StartCell<T>);
    auto handle = create_task(std::forward<F>(f), Started<T>(cell), std::forward<Args>(args)...);
    return detail::StartOp<T>(handle, cell);
  }

  /// At most `n` children run at a time from now on; the others wait for their turn, in order.
  void limit(std::size_t n);

  /// Cancels the body and all children, present and future. The group then ends without an error, unless one failed.
  void cancel() noexcept;

  /// Children that have not ended.
  std::size_t size() const noexcept;

 protected:
  TaskGroup() = default;
  TaskGroup(TaskGroup&&) noexcept : detail::Owner() {}  // not opened yet: nothing to move
  ~TaskGroup() = default;

  detail::Cont self() noexcept { return detail::Cont(leaf_); }
  detail::Cont cont() const noexcept { return leaf_.cont(); }
  void open(detail::Strand& strand, detail::Cont cont) noexcept;
  detail::Step body_done() noexcept;
  detail::Step body_was_cancelled() noexcept;
  /// The body has ended: waits for the children.
  detail::Step join() noexcept;
  void throw_errors() {
    if (errors_) [[unlikely]]
      throw_group();
  }
  bool body_cancelled() const noexcept { return body_cancelled_; }

  /// Takes the body's result out of its frame; throws the body's error.
  virtual void keep_result() = 0;

 private:
  /// What the strand waits at once the body has ended, and who is told of the body's end.
  struct Leaf final : detail::Op {
    explicit Leaf(TaskGroup& of) noexcept : group(of) {}
    detail::Step child_done() noexcept override { return group.body_done(); }
    detail::Step child_cancelled() noexcept override { return group.body_was_cancelled(); }
    using Op::enter;
    void describe(detail::OpDescription& to) const override;
    TaskGroup& group;
  };

  void check_open() const {
    if (!host) [[unlikely]]
      throw_ended();
  }
  [[noreturn]] static void throw_ended();
  [[noreturn]] void throw_group();
  void launch(detail::TaskBase& task) noexcept;
  void fail(std::exception_ptr error) noexcept;
  void abort() noexcept;
  [[gnu::cold]] void kid_ended_badly(detail::TaskBase& task) noexcept;
  [[gnu::noinline]] void start_waiting() noexcept;
  void start_one(detail::TaskBase& task) noexcept;
  detail::Step finish() noexcept;
  detail::Step kid_ended(detail::Strand& kid) noexcept override;
  void on_scope_cancelled() noexcept override;
  void release(detail::Strand& kid) noexcept override;

  Leaf leaf_{*this};
  Owned<std::vector<std::exception_ptr>> errors_;  ///< null while there are none
  detail::NodeQueue waiting_;
  std::size_t limit_ = static_cast<std::size_t>(-1);
  std::size_t started_ = 0;  ///< children that are queued or run
  bool body_running_ = true;
  bool body_cancelled_ = false;
  bool child_cancelled_ = false;
};

namespace detail {

template <class F>
class [[nodiscard("co_await it")]] TaskGroupOp final : public TaskGroup, public Await<TaskGroupOp<F>> {
  using GroupBody = Body<F, TaskGroup&>;
  using Result = typename GroupBody::Result;

 public:
  template <class G>
  explicit TaskGroupOp(std::in_place_t, G&& body) : body_(std::in_place, std::forward<G>(body)) {}

  using TaskGroup::cont;  // for Await

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept {
    open(strand, cont);
    if constexpr (kAwaitable<typename GroupBody::Returned>) {
      return body_.start(strand, self(), *this);
    } else {
      if (!body_.call(*this)) return body_was_cancelled();
      return std::is_void_v<Result> && !body_.failed() ? join() : body_done();
    }
  }
  Result take() {
    throw_errors();
    if constexpr (std::is_void_v<Result>) {
      return;
    } else {
      if (body_cancelled()) throw TaskCancelled("the task group was cancelled before its body returned a value");
      return std::move(*result_).value();
    }
  }

 private:
  void keep_result() override {
    if constexpr (std::is_void_v<Result>) {
      body_.take();
    } else {
      result_.emplace(std::in_place, body_.take());
    }
  }

  struct Nothing {};
  GroupBody body_;
  std::conditional_t<std::is_void_v<Result>, Nothing, std::optional<Outcome<Result>>> result_;
};

struct TaskGroupFn {
  template <class F>
  auto operator()(F&& body) const {
    check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&, TaskGroup&>,
                  "eddy: the body of a task_group takes the group: [&](eddy::TaskGroup& tg) -> eddy::Task<> { … }");
    return TaskGroupOp<std::decay_t<F>>(std::in_place, std::forward<F>(body));
  }
};

}  // namespace detail

/// `co_await task_group([&](TaskGroup& tg) { … })`: runs the body and the children it starts; ends when all have ended,
/// with the body's result.
///
/// The body may return anything; an awaitable is awaited. The first failure cancels the rest, and all failures are
/// thrown together as an ExceptionGroup, also a single one. Cancelling the caller cancels the body and every child.
inline constexpr detail::TaskGroupFn task_group{};

}  // namespace eddy

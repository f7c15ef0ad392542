// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/core/detached.h"

namespace eddy {

class Scope;

namespace detail {

/// Waits until a Scope has no children.
class [[nodiscard("co_await it")]] ScopeJoin final : public Op, public AwaitLeaf<ScopeJoin> {
 public:
  ScopeJoin(Scope& scope, bool close) noexcept : scope_(&scope), close_(close) {}

  bool ready() noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void take();
  void cancel() noexcept override;
  void fire() noexcept override { grant(); }
  void describe(OpDescription& to) const override;

 private:
  Scope* scope_;
  bool close_;
};

}  // namespace detail

/// Background tasks of a class: a member that starts them and ends them with `co_await scope.close()`.
///
///     class Client {
///       Task<> aclose() { co_await tasks_.close(); }
///       Scope tasks_;
///     };
///
/// Unlike in a `task_group` an error of one task leaves the others alone; `join` and `close` throw what was collected
/// as an ExceptionGroup. It belongs to the task that first used it: when that task is cancelled, so are the children,
/// and they end before the frames around it die. Destroyed while children run, it says so, cancels them and leaves them
/// to that task: they must own what they touch. Not movable.
class Scope final : private detail::Detached {
 public:
  Scope() = default;
  ~Scope();

  template <class F, class... Args>
  auto create_task(F&& task_or_callable, Args&&... args) {
    if (closed_) throw RuntimeError("Scope::create_task(): this scope is closed");
    Loop& loop = detail::require_loop("Scope::create_task()");
    attach();
    auto* state = detail::make_task(std::forward<F>(task_or_callable), std::forward<Args>(args)...);
    auto handle = detail::handle_for<F>(state);
    detail::launch_task(loop, *this, *state);
    return handle;
  }

  void cancel() noexcept { detail::cancel_kids(*this); }
  /// Waits until all have ended; throws their errors as an ExceptionGroup.
  detail::ScopeJoin join() noexcept { return detail::ScopeJoin(*this, false); }
  /// Cancels them, waits, and takes no more.
  detail::ScopeJoin close() noexcept { return detail::ScopeJoin(*this, true); }
  bool empty() const noexcept { return kids.empty(); }
  /// Advanced: it belongs to the running task from now on, instead of from its first child on.
  void attach() {
    if (!attached()) Detached::attach();
  }
  /// Advanced: cancels them and leaves them to the task at once, without a word: for destructors that close hard.
  void abandon() noexcept { Detached::abandon(); }

 private:
  friend class detail::ScopeJoin;
  void on_kid_ended(detail::Strand& kid) noexcept override;

  detail::Ring<detail::Op> waiters_;
  std::vector<std::exception_ptr> errors_;
  bool closed_ = false;
};

}  // namespace eddy

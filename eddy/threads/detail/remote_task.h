// SPDX-License-Identifier: MIT
//
// Life: made ── bind(), post(), any thread ──▶ posted ── run(), on the loop ──▶ launched ── the task ends ──▶ ended
//                                                └── discard(): the loop closed first ──▶ ended
// 1. `ended_` is set under the lock, before the loop can go away. So whoever holds the lock and finds it unset may post
//    to the loop.
// 2. References: the loop's, from post to the end; a posted cancel's; those of futures. The last one deletes.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/node.h"
#include "eddy/threads/detail/borrowed_context.h"
#include "eddy/threads/detail/spin_lock.h"

namespace eddy::detail {

/// A task that was started on another loop: carries it there, brings its end back, and takes a cancel along.
class RemoteTask : public Node {
 public:
  RemoteTask(const RemoteTask&) = delete;
  RemoteTask& operator=(const RemoteTask&) = delete;

  void ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
  void unref() noexcept {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }

  /// Any thread, once, before anything else: where it goes, with the context variables of this thread.
  void bind(Loop& loop) noexcept;
  /// Any thread, once: sends it off. It may have ended before this returns; if the loop is closed it has.
  void post() noexcept;
  /// Any thread, once it is bound. False when it has ended, or was cancelled before.
  bool request_cancel(std::string reason);
  /// Whether this thread runs the loop that the task is on: waiting for it here would be for ever.
  bool would_wait_for_itself() noexcept;

  void run() noexcept final;
  void discard() noexcept final;

 protected:
  RemoteTask() = default;
  ~RemoteTask() = default;

  // On the loop, but for `never_ran` of one that found it closed: that is called inside `post`. Exactly one of the
  // latter two is called, once.

  virtual AnyTask launch(Loop& loop) = 0;
  virtual void ended(TaskBase& task) noexcept = 0;
  virtual void never_ran(std::exception_ptr why) noexcept = 0;
  virtual void destroy() noexcept = 0;

 private:
  struct Joiner final : Op {
    explicit Joiner(RemoteTask& of) noexcept : remote(of) {}
    void fire() noexcept override;
    RemoteTask& remote;
  };
  struct CancelNode final : Node {
    explicit CancelNode(RemoteTask& of) noexcept : remote(of) {}
    void run() noexcept override;
    void discard() noexcept override { remote.unref(); }
    RemoteTask& remote;
  };
  void mark_ended() noexcept;

  SpinLock lock_;
  bool ended_ = false;
  bool cancelled_ = false;
  std::string reason_;
  Loop* loop_ = nullptr;
  AnyTask task_;  ///< the loop's thread's
  BorrowedContext context_;
  Joiner joiner_{*this};
  CancelNode cancel_{*this};
  std::atomic<std::uint32_t> refs_{1};
};

/// What is carried: a Task or another awaitable, or a callable with its arguments.
template <class F, class... Args>
auto remote_what(F&& f, Args&&... args) {
  if constexpr (sizeof...(Args) == 0 && kAwaitable<F>) {
    static_assert(!kLvalueOneShot<F>, "eddy: a Task is started once, as an rvalue: pass std::move(task)");
    return std::remove_cvref_t<F>(std::forward<F>(f));
  } else {
    return stored_call_t<F, Args...>(std::in_place, std::forward<F>(f), std::forward<Args>(args)...);
  }
}

template <class F, class... Args>
using remote_what_t = decltype(remote_what(std::declval<F>(), std::declval<Args>()...));

/// A remote task that carries a `What` to its loop and starts it there.
template <class Base, class What>
class Carrying final : public Base {
 public:
  template <class... A>
  explicit Carrying(What&& what, A&&... base) : Base(std::forward<A>(base)...), what_(std::move(what)) {}

 private:
  AnyTask launch(Loop& loop) override {
    auto handle = loop.create_task(std::move(*what_));
    what_.reset();
    return handle;
  }
  void destroy() noexcept override { delete this; }
  std::optional<What> what_;
};

template <class What>
using remote_result_t = typename decltype(std::declval<Loop&>().create_task(std::declval<What>()))::value_type;

}  // namespace eddy::detail

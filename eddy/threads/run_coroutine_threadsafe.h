// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/threads/thread_future.h"

namespace eddy {
namespace detail {

template <class F, class... Args>
auto spawn_remote(Loop& loop, F&& f, Args&&... args) {
  using What = remote_what_t<F, Args...>;
  auto* task = new FutureTaskOf<What>(remote_what(std::forward<F>(f), std::forward<Args>(args)...));
  ThreadFuture<remote_result_t<What>> future(task);
  task->bind(loop);
  task->post();
  return future;
}

struct RunCoroutineThreadsafe {
  template <class A>
  auto operator()(A&& task, Loop& loop) const {
    return spawn_remote(loop, std::forward<A>(task));
  }
};

struct SpawnOn {
  template <class F, class... Args>
  auto operator()(Loop& loop, F&& f, Args&&... args) const {
    return spawn_remote(loop, std::forward<F>(f), std::forward<Args>(args)...);
  }
};

}  // namespace detail

/// Starts a task on a loop that another thread runs: `std::future<int> f = run_coroutine_threadsafe(work(), loop)`.
/// asyncio's, with the order of its arguments. From any thread; the loop must outlive the call.
///
/// The task sees the context variables of the caller. It is the loop's from then on: when the loop closes it is
/// cancelled, and on one that is closed already it ends at once. See `ThreadFuture` for its end, `LoopThread` for a
/// loop to run it on.
inline constexpr detail::RunCoroutineThreadsafe run_coroutine_threadsafe{};

/// The same for a callable with arguments, which are kept as `create_task` keeps them: `spawn_on(loop, serve, port)`.
/// The coroutine is made on the loop's own thread, and so is its memory.
inline constexpr detail::SpawnOn spawn_on{};

}  // namespace eddy

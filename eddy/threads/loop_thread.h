// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/base/owned.h"
#include "eddy/threads/run_coroutine_threadsafe.h"

namespace eddy {

/// A thread that runs a loop: a place for coroutines in a program that is otherwise not asynchronous.
///
///     LoopThread background;
///     int result = background.run(work()).get();
///
/// `run` may be called from any thread. Destroying it cancels what is left, waits until that has cleaned up, and joins
/// the thread; futures of cancelled tasks throw TaskCancelled. Not from one of its own tasks. Signals go to other
/// threads. For several loops that work together see `Runtime`.
class LoopThread {
 public:
  /// `name` is what the thread is called in debuggers.
  explicit LoopThread(std::string name = "eddy-loop");
  LoopThread(LoopThread&&) noexcept;
  LoopThread& operator=(LoopThread&& other) noexcept;
  ~LoopThread();

  /// Starts a task, or a callable with arguments that returns one. See `ThreadFuture`.
  template <class F, class... Args>
  auto run(F&& task_or_callable, Args&&... args) {
    return detail::spawn_remote(loop(), std::forward<F>(task_or_callable), std::forward<Args>(args)...);
  }

  /// Its loop, for `call_soon_threadsafe` and `run_coroutine_threadsafe`.
  Loop& loop();

  /// Cancels what is left and joins the thread. Blocks. May be called again, and by several threads. What is run from
  /// then on ends in RuntimeError.
  void stop();

 private:
  struct Thread;
  Owned<Thread> thread_;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"

namespace eddy {

/// What `run` may be told.
class RunOptions {
 public:
  constexpr RunOptions() noexcept = default;
  /// Reports never-awaited coroutines, slow callbacks and the like. Default: what EDDY_DEBUG says.
  constexpr RunOptions& debug(bool on) noexcept {
    debug_ = on ? 1 : 0;
    return *this;
  }
  /// From when on debug mode calls a callback slow. 100 ms unless set.
  template <class Rep, class Period>
  constexpr RunOptions& slow_callback(std::chrono::duration<Rep, Period> limit) noexcept {
    slow_callback_ = detail::to_nanos(limit);
    return *this;
  }
  /// How long after its cancel debug mode says of a task that it still cleans up. 5 s unless set.
  template <class Rep, class Period>
  constexpr RunOptions& slow_cleanup(std::chrono::duration<Rep, Period> limit) noexcept {
    slow_cleanup_ = detail::to_nanos(limit);
    return *this;
  }
  /// Whether Ctrl-C cancels the main task (once; a second one ends the process). On, unless SIGINT is handled already.
  constexpr RunOptions& handle_signals(bool on) noexcept {
    handle_signals_ = on;
    return *this;
  }
  /// How long to wait for cleanup at the end; then it is reported and cancelled through its shields. Default: for ever.
  template <class Rep, class Period>
  constexpr RunOptions& shutdown_grace(std::chrono::duration<Rep, Period> grace) noexcept {
    shutdown_grace_ = detail::to_nanos(grace);
    return *this;
  }

 private:
  friend class Runner;
  int debug_ = -1;
  bool handle_signals_ = true;
  detail::Nanos slow_callback_ = -1;
  detail::Nanos slow_cleanup_ = -1;
  detail::Nanos shutdown_grace_ = -1;
};

/// Advanced: what `run` does around the main task.
class Runner {
 public:
  explicit Runner(const RunOptions& options);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

  Loop& loop() noexcept { return *loop_; }
  /// Ctrl-C cancels this task from now on.
  void watch_interrupt(AnyTask main);
  /// Cancels what is left, closes; dies of SIGINT when that is what ended the main task.
  void finish();

 private:
  void interrupt();

  std::optional<Loop> loop_;
  bool handle_signals_;
  bool interrupted_ = false;
  bool interrupted_late_ = false;  ///< when the main task had ended, while others still cleaned up
  AnyTask main_;
};

namespace detail {

struct Run {
  template <class A>
  decltype(auto) operator()(A&& main, const RunOptions& options = {}) const {
    Runner runner(options);
    auto handle = start(runner.loop(), std::forward<A>(main));
    handle.set_name("main");
    runner.watch_interrupt(handle);
    runner.loop().run_until([&] { return handle.done(); });
    bool stopped = !handle.done();
    runner.finish();
    if (stopped) throw RuntimeError("run(): the event loop was stopped before the main task was done");
    return std::move(handle).result();
  }

 private:
  template <class A>
  static auto start(Loop& loop, A&& main) {
    return loop.create_task(std::forward<A>(main));
  }
};

}  // namespace detail

/// Runs a program: makes a loop, runs the awaitable (or callable that returns one) as the main task, cancels and awaits
/// whatever is left, closes the loop, and returns the result or throws the error.
///
/// One per thread at a time: inside a task, `co_await` instead. Ctrl-C cancels the main task; once it has cleaned up
/// the process dies of SIGINT. After the main task, while others still clean up, Ctrl-C ends the waiting for these.
inline constexpr detail::Run run{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/test/leak_check.h"
#include "eddy/test/options.h"
#include "eddy/test/virtual_world.h"

namespace eddy::test {
namespace detail {

/// One run: a virtual world, its loop, and what is checked at the end.
class Session {
 public:
  /// `where`: what the failures it finds point at.
  explicit Session(const Options& options, std::source_location where = std::source_location::current());
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Finishes, if `finish` was not called.
  ~Session();

  Loop& loop() noexcept { return *loop_; }
  VirtualWorld& world() noexcept { return world_; }

  /// Runs the loop until the task is done. On a deadlock everything is cancelled, then Deadlock is thrown.
  void drive(const AnyTask& task);

  /// Settles, checks, closes. What is wrong becomes a test failure. `failed`: something has gone wrong already, so that
  /// what is left over is no news.
  void finish(bool failed);

  std::vector<std::string> take_lost_errors() { return std::exchange(lost_errors_, {}); }
  std::uint64_t seed() const noexcept { return options_.seed(); }
  void allow_lost_errors() noexcept { options_.allow_lost_errors(true); }

  /// The session that runs on this thread, or null.
  static Session* current() noexcept;

 private:
  void run_until_done(const AnyTask& task);
  void cancel_everything(bool hard);
  void settle();
  void check_what_is_left();
  void end_tasks();
  void close();
  void report_lost_errors();
  void fail(const std::string& message) const;

  Options options_;
  std::source_location where_;
  VirtualWorld world_;
  std::unique_ptr<Loop> loop_;
  std::vector<std::string> lost_errors_;
  Session* previous_;
  bool finished_ = false;
};

/// Options as the environment changes them: EDDY_TEST_SEED=7, unless the test has chosen its order itself.
Options with_environment(Options options);

struct Run {
  template <class A>
  auto operator()(A&& main, const Options& options = {},
                  std::source_location where = std::source_location::current()) const {
    LeakCheck leaks(options, where);
    Session session(with_environment(options), where);
    auto handle = session.loop().create_task(std::forward<A>(main));
    handle.set_name("main");
    session.drive(handle);
    session.finish(handle.cancelled() || handle.exception() != nullptr);
    return std::move(handle).result();
  }
};

}  // namespace detail

/// Runs an awaitable, or a callable that returns one, in a world of its own, and returns its result or throws its
/// error: `eddy::test::run([&]() -> Task<int> { … }, Options{}.seed(7))`.
///
/// Like `eddy::run`, but time is virtual (`sleep(1h)` takes microseconds), a hang is thrown as Deadlock, and it is a
/// GoogleTest failure if tasks, timers, frames or descriptors are left, or if errors got lost. Prefer a callable to a
/// task: the frame of a task was made before the run and is not watched. A whole test of this kind: `EDDY_TEST`.
inline constexpr detail::Run run{};

/// The errors that have reached the loop's exception handler in this run since the last call, as it prints them. They
/// are then no failure any more. Inside a run.
std::vector<std::string> lost_errors();

/// Errors that get lost in this run, now or later, are no failure: for those that only come to light as the loop
/// closes.
void expect_lost_errors();

/// The seed of this run, for a test's own randomness; 0 unless one was set.
std::uint64_t current_seed();

/// While one lives, the virtual clock of this run does not jump, but waits in real time: for something outside the loop
/// (a thread, a process) that is at work.
class ClockHold {
 public:
  ClockHold();
  ClockHold(const ClockHold&) = delete;
  ClockHold& operator=(const ClockHold&) = delete;
  ~ClockHold();

 private:
  VirtualWorld& world_;
};

}  // namespace eddy::test

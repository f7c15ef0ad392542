// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include "eddy/core/time_point.h"

namespace eddy::test {

/// How a test's world behaves. Fluent: `Options{}.seed(7).real_time(true)`.
///
/// Trivially destructible, so a temporary may stand in a `co_await` expression (GCC 12, see G2 in the design).
class Options {
 public:
  constexpr Options() noexcept = default;

  /// Which interleaving: the same seed gives the same one. Turns `shuffle` on.
  constexpr Options& seed(std::uint64_t value) noexcept {
    seed_ = value;
    shuffle_ = true;
    order_chosen_ = true;
    return *this;
  }
  /// Whether the order of what is ready is drawn from the seed, instead of first in, first out. Choosing either keeps
  /// the environment (EDDY_TEST_SEED, EDDY_TEST_SEEDS) from choosing.
  constexpr Options& shuffle(bool on) noexcept {
    shuffle_ = on;
    order_chosen_ = true;
    return *this;
  }
  /// Runs on the real clock: for tests with threads, processes and signals, where nobody knows when nothing is left to
  /// happen. Then a deadlock is only found when `patience` runs out.
  constexpr Options& real_time(bool on) noexcept {
    real_time_ = on;
    return *this;
  }
  /// How long, in real time, to wait for the kernel and for other threads when nothing else can happen. 10 s unless
  /// set.
  template <class Rep, class Period>
  constexpr Options& patience(std::chrono::duration<Rep, Period> real) noexcept {
    patience_ = eddy::detail::to_nanos(real);
    return *this;
  }
  /// How long the kernel is given, in real time, before the virtual clock jumps although I/O is pending. 10 ms unless
  /// set; what our own end of a socket sent is there at once.
  template <class Rep, class Period>
  constexpr Options& io_quiet(std::chrono::duration<Rep, Period> real) noexcept {
    io_quiet_ = eddy::detail::to_nanos(real);
    return *this;
  }
  /// How long the whole run may take, in real time; then it counts as hung. 60 s unless set.
  template <class Rep, class Period>
  constexpr Options& time_limit(std::chrono::duration<Rep, Period> real) noexcept {
    time_limit_ = eddy::detail::to_nanos(real);
    return *this;
  }
  /// I/O at its worst, drawn from the seed: reads give a part or nothing at first, operations start late. Nothing fails
  /// that would not fail anyway. EDDY_TEST_IO_FAULTS=1 turns it on for all tests.
  constexpr Options& io_faults(bool on) noexcept {
    io_faults_ = on;
    return *this;
  }
  /// Errors that reach the loop's exception handler are no failure. To look at them, see `lost_errors`.
  constexpr Options& allow_lost_errors(bool on) noexcept {
    allow_lost_errors_ = on;
    return *this;
  }
  /// Tasks, timers, frames and descriptors that outlive the run are no failure.
  constexpr Options& allow_leaks(bool on) noexcept {
    allow_leaks_ = on;
    return *this;
  }
  /// The loop's debug mode (never-awaited coroutines and the like), whose findings are lost errors. Default: what
  /// EDDY_DEBUG says; then that something takes long is none.
  constexpr Options& debug(bool on) noexcept {
    debug_ = on ? 1 : 0;
    return *this;
  }

  constexpr std::uint64_t seed() const noexcept { return seed_; }
  constexpr bool order_chosen() const noexcept { return order_chosen_; }
  constexpr bool shuffle() const noexcept { return shuffle_; }
  constexpr bool io_faults() const noexcept { return io_faults_; }
  constexpr bool real_time() const noexcept { return real_time_; }
  constexpr eddy::detail::Nanos patience() const noexcept { return patience_; }
  constexpr eddy::detail::Nanos io_quiet() const noexcept { return io_quiet_; }
  constexpr eddy::detail::Nanos time_limit() const noexcept { return time_limit_; }
  constexpr bool allow_lost_errors() const noexcept { return allow_lost_errors_; }
  constexpr bool allow_leaks() const noexcept { return allow_leaks_; }
  constexpr int debug() const noexcept { return debug_; }

 private:
  std::uint64_t seed_ = 0;
  eddy::detail::Nanos patience_ = 10'000'000'000;
  eddy::detail::Nanos io_quiet_ = 10'000'000;
  eddy::detail::Nanos time_limit_ = 60'000'000'000;
  int debug_ = -1;
  bool order_chosen_ = false;
  bool shuffle_ = false;
  bool real_time_ = false;
  bool io_faults_ = false;
  bool allow_lost_errors_ = false;
  bool allow_leaks_ = false;
};

}  // namespace eddy::test

// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "eddy/core/awaitable.h"
#include "eddy/core/loop.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {
namespace detail {

/// Waits for a point in time; one that has passed already still lets everybody else have a turn.
class [[nodiscard("co_await it")]] Sleep final : public TimerOp, public AwaitLeaf<Sleep> {
 public:
  /// `delay` counts from the start of the wait, not from here.
  explicit Sleep(Nanos delay) noexcept { when = delay; }

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void take() const noexcept {}

  void fire() noexcept override { grant(); }
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;
};

/// Waits until a deadline.
class [[nodiscard("co_await it")]] SleepUntil final : public TimerOp, public AwaitLeaf<SleepUntil> {
 public:
  explicit SleepUntil(Nanos deadline) noexcept { when = deadline; }

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void take() const noexcept {}

  void fire() noexcept override { grant(); }
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;
};

/// Gives up the turn.
class [[nodiscard("co_await it")]] Checkpoint final : public Op, public AwaitLeaf<Checkpoint> {
 public:
  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept {
    if (begin(strand, cont)) grant();
    return Step::none();
  }
  void take() const noexcept {}
  void cancel() noexcept override { stop(); }
};

struct SleepFn {
  // By reference: GCC 12 keeps an argument that is a class, passed by value, in the frame of whoever awaits.
  template <class Rep, class Period>
  Sleep operator()(const std::chrono::duration<Rep, Period>& delay) const noexcept {
    return Sleep(to_nanos(delay));
  }
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Sleep operator()(Number) const noexcept {
    static_assert(!std::is_arithmetic_v<Number>,
                  "eddy: a number has no unit: write sleep(1s), or sleep(500ms), with "
                  "using namespace std::chrono_literals");
    return Sleep(0);
  }
};
struct SleepUntilFn {
  SleepUntil operator()(TimePoint deadline) const noexcept { return SleepUntil(to_nanos(deadline)); }
};
struct CheckpointFn {
  Checkpoint operator()() const noexcept { return Checkpoint(); }
};

}  // namespace detail

/// `co_await sleep(1s)`: waits at least that long; zero and less give everybody else a turn. Cancelling wakes it at
/// once.
inline constexpr detail::SleepFn sleep{};

/// `co_await sleep_until(deadline)`: waits until a point in time.
inline constexpr detail::SleepUntilFn sleep_until{};

/// `co_await checkpoint()`: gives everybody else a turn, and is a place where a cancellation takes effect.
inline constexpr detail::CheckpointFn checkpoint{};

}  // namespace eddy

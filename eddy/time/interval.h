// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eddy/core/time_point.h"
#include "eddy/time/sleep.h"

namespace eddy {

/// Ticks at a fixed rate: `auto ticks = interval(100ms); for (;;) { co_await ticks.next(); … }`.
///
/// The first tick is due at once, the others whole periods after it, however long the work between takes; ticks that
/// were missed meanwhile are skipped, not made up for. Belongs to the loop on which it was made.
class Interval {
 public:
  explicit Interval(Duration period);

  /// Waits for the next tick. Cancelled, that tick is lost.
  detail::SleepUntil next();

  /// Ticks that were due and not waited for in time.
  std::uint64_t missed() const noexcept { return missed_; }
  Duration period() const noexcept { return period_; }

 private:
  Duration period_;
  TimePoint next_;
  std::uint64_t missed_ = 0;
};

namespace detail {
struct IntervalFn {
  template <class Rep, class Period>
  Interval operator()(std::chrono::duration<Rep, Period> period) const {
    return Interval(Duration(to_nanos(period)));
  }
};
}  // namespace detail

/// Makes an Interval.
inline constexpr detail::IntervalFn interval{};

}  // namespace eddy

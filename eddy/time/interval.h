// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eddy/core/time_point.h"
#include "eddy/time/sleep.h"

namespace eddy {

/// What happens to ticks that came while nobody waited for them.
enum class MissedTicks {
  kMakeUpOne,  ///< the last of them comes late, at once; the others never
  kSkip,       ///< none comes late: the next one is the next that is due
  kCatchUp,    ///< all come late, one after the other
};

/// Ticks at a fixed rate: `auto ticks = interval(100ms); for (;;) { co_await ticks.next(); … }`.
///
/// The first tick is due at once, the others whole periods after it, however long the work between takes. Of ticks that
/// were missed meanwhile one comes at once, unless told otherwise. Belongs to the loop on which it was made.
/// To call a function at each tick see `every`.
class Interval {
 public:
  explicit Interval(Duration period) : Interval(period, now()) {}
  /// With another first tick.
  Interval(Duration period, TimePoint first, MissedTicks missed = MissedTicks::kMakeUpOne);

  /// Waits for the next tick. Cancelled, that tick is lost.
  detail::SleepUntil next();

  /// Ticks that were due and not waited for in time.
  std::uint64_t missed() const noexcept { return missed_; }
  Duration period() const noexcept { return period_; }

 private:
  std::uint64_t missed_at(TimePoint at) const noexcept;

  Duration period_;
  TimePoint next_;
  bool begun_ = false;
  MissedTicks on_missed_;
  std::uint64_t missed_ = 0;
};

namespace detail {
struct IntervalFn {
  template <class Rep, class Period>
  Interval operator()(std::chrono::duration<Rep, Period> period) const {
    return Interval(Duration(to_nanos(period)));
  }
  void operator()(NoUnit auto) const = delete;  // eddy: a number has no unit: write interval(1s)
};
}  // namespace detail

/// Makes an Interval.
inline constexpr detail::IntervalFn interval{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/time/interval.h"

#include "eddy/base/error.h"

namespace eddy {

Interval::Interval(Duration period, TimePoint first, MissedTicks missed)
    : period_(period), next_(first), on_missed_(missed) {
  if (period <= Duration::zero()) throw RuntimeError("interval(): the period must be more than zero");
}

/// How many ticks are too late to come. The first always comes: the clock goes on while we get there.
std::uint64_t Interval::missed_at(TimePoint at) const noexcept {
  if (on_missed_ == MissedTicks::kCatchUp || at <= next_) return 0;
  if (on_missed_ == MissedTicks::kMakeUpOne) return static_cast<std::uint64_t>((at - next_) / period_);
  return begun_ ? static_cast<std::uint64_t>((at - next_ + period_ - Duration(1)) / period_) : 0;
}

detail::SleepUntil Interval::next() {
  const std::uint64_t missed = missed_at(now());
  begun_ = true;
  missed_ += missed;
  const TimePoint due = next_ + static_cast<detail::Nanos>(missed) * period_;
  next_ = detail::later(due, period_);
  return detail::SleepUntil(detail::to_nanos(due));
}

}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/time/interval.h"

#include "eddy/base/error.h"

namespace eddy {

Interval::Interval(Duration period) : period_(period), next_(now()) {
  if (period <= Duration::zero()) throw RuntimeError("interval(): the period must be more than zero");
}

detail::SleepUntil Interval::next() {
  TimePoint at = now();
  if (next_ + period_ <= at) {
    auto periods = (at - next_) / period_;
    missed_ += static_cast<std::uint64_t>(periods);
    next_ += periods * period_;
  }
  TimePoint due = next_;
  next_ += period_;
  return detail::SleepUntil(detail::to_nanos(due));
}

}  // namespace eddy

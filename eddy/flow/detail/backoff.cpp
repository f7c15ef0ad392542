// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/backoff.h"

#include <algorithm>
#include <cmath>

#include "eddy/flow/retry_state.h"

namespace eddy::detail {
namespace {

Nanos between(Nanos low, Nanos high, Random& random) noexcept {
  return low + static_cast<Nanos>(random.below(static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace

Nanos Backoff::planned(const RetryState& state) const {
  if (custom) return std::max<Nanos>(0, custom(state));
  double delay = static_cast<double>(first) * std::pow(factor, static_cast<double>(state.attempt() - 1));
  return delay < static_cast<double>(max) ? static_cast<Nanos>(delay) : max;
}

Nanos Backoff::delay(const RetryState& state, Nanos last, Random& random) const {
  Nanos delay = planned(state);
  switch (jitter) {
    case Jitter::none:
      return delay;
    case Jitter::equal:
      return between(delay / 2, delay, random);
    case Jitter::full:
      return between(0, delay, random);
    case Jitter::decorrelated:
      return std::min(max, between(first, std::max(first, last > max / 3 ? max : 3 * last), random));
  }
  return delay;
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eddy/base/random.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/shared_function.h"

namespace eddy {

class RetryState;

/// How much of a retry's delay is left to chance.
enum class Jitter : std::uint8_t {
  none,
  equal,         ///< half of it is sure, the other half is drawn
  full,          ///< anything from nothing to all of it
  decorrelated,  ///< anything from the first delay to three times the last one drawn, at most the largest
};

namespace detail {

/// How long to wait after the nth failure.
struct Backoff {
  using Custom = SharedFunction<Nanos(const RetryState&)>;

  Nanos first = 100'000'000;
  Nanos max = 10'000'000'000;
  double factor = 2;
  Jitter jitter = Jitter::full;
  Custom custom;

  /// The delay after a failure; `last` is the one before, zero at first.
  Nanos delay(const RetryState& state, Nanos last, Random& random) const;

 private:
  Nanos planned(const RetryState& state) const;
};

}  // namespace detail
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eddy/core/time_point.h"

namespace eddy::detail {

/// Decides when a sleeping loop wakes for its next timer.
///
/// 1. Never before the timer is due.
/// 2. A timer that comes alone is served at once. Where they come thick they share a wake-up: the gap between two
///    wake-ups doubles while each fires many, and shrinks again when they get rare.
/// 3. No timer waits longer than `kLongest` for this; only wake-ups for timers are held back, I/O wakes the loop
/// anyway.
class WakePacing {
 public:
  static constexpr Nanos kShortest = 62'500;
  static constexpr Nanos kLongest = 16 * kShortest;  // 1 ms

  Nanos wake_at(Nanos deadline) const noexcept {
    Nanos earliest = last_ + gap_;
    return deadline > earliest ? deadline : earliest;
  }

  /// A wake-up at `at` fired `timers` > 0 of them.
  void fired(Nanos at, std::size_t timers) noexcept {
    last_ = at;
    if (timers > kMany && gap_ < kLongest) gap_ *= 2;
    if (timers == 1 && gap_ > kShortest) gap_ /= 2;
  }

 private:
  static constexpr std::size_t kMany = 4;
  Nanos last_ = 0;
  Nanos gap_ = kShortest;
};

}  // namespace eddy::detail

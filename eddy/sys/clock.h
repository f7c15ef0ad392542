// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::sys {

/// A time point or a span in nanoseconds. Plain integers, because <chrono> alone would eat the include budget of
/// every core header; the typed API lives in `eddy/time`.
using Nanos = std::int64_t;

/// Now, on CLOCK_MONOTONIC: never goes back, does not count suspend, and is the clock the poller's timeouts run on.
/// Any thread, async-signal-safe. Tests replace the clock at the loop, not here: only a loop should call this.
Nanos monotonic_now() noexcept;

/// The same clock as of the last tick of the kernel: up to `coarse_step()` behind, for a fifth of the price.
Nanos coarse_now() noexcept;
Nanos coarse_step() noexcept;

}  // namespace eddy::sys

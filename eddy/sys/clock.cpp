// SPDX-License-Identifier: MIT
#include "eddy/sys/clock.h"

#include <time.h>

namespace eddy::sys {

namespace {

Nanos to_nanos(const timespec& time) noexcept { return static_cast<Nanos>(time.tv_sec) * 1'000'000'000 + time.tv_nsec; }

}  // namespace

// Neither clock can fail; the vDSO answers without a system call.
Nanos monotonic_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return to_nanos(now);
}

Nanos coarse_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return to_nanos(now);
}

Nanos coarse_step() noexcept {
  timespec step{};
  ::clock_getres(CLOCK_MONOTONIC_COARSE, &step);
  return to_nanos(step);
}

}  // namespace eddy::sys

// SPDX-License-Identifier: MIT
#include "eddy/sys/clock.h"

#include <time.h>

namespace eddy::sys {

Nanos monotonic_now() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail for this clock; the vDSO answers without a system call
  return static_cast<Nanos>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace eddy::sys

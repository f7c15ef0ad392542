// SPDX-License-Identifier: MIT
#include "eddy/sys/entropy.h"

#include <sys/random.h>

#include "eddy/sys/clock.h"

namespace eddy::sys {

std::uint64_t entropy() noexcept {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) == static_cast<ssize_t>(sizeof number)) return number;
  return static_cast<std::uint64_t>(monotonic_now());
}

}  // namespace eddy::sys

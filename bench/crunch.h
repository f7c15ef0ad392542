// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>

namespace eddy::bench {

inline constexpr std::size_t kItems = 200'000;

/// Work to share: some 100 ns; more for later items, so that an even split is not a fair one.
inline double crunch(std::size_t item) {
  double x = static_cast<double>(item % 1000) + 1;
  const int rounds = 5 + static_cast<int>(item * 20 / kItems);
  for (int i = 0; i < rounds; ++i) x = std::sqrt(x + i);
  return x;
}

}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

namespace eddy::test {

/// What the environment asks of every test.
struct Environment {
  /// EDDY_TEST_SEED=7: this very seed.
  std::optional<std::uint64_t> seed;
  /// EDDY_TEST_SEEDS=100: each EDDY_TEST runs with so many of them, 1 to 100.
  std::uint64_t seeds = 0;

  /// EDDY_TEST_IO_FAULTS=1: see Options::io_faults.
  bool io_faults = false;

  /// Throws std::invalid_argument for values that are no numbers.
  static Environment read();
};

}  // namespace eddy::test

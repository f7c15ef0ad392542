// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "eddy/core/time_point.h"

namespace eddy {

/// How many retries a program allows itself, shared by all who call the same service: `RetryBudget budget{0.1, 1};`
/// allows one retry for ten calls, and one a second besides.
///
/// When a service is down, retries multiply the load that keeps it down; with a budget they add a tenth. Counted over
/// the last ten seconds. Give it to policies with `.budget(budget)`: a call counts when its first attempt starts, a
/// retry when it is decided, and without one left the retry gives up. Must outlive the policies' use; one loop.
class RetryBudget {
 public:
  /// `ratio` retries for each call, and `per_second` besides, for times of few calls.
  explicit RetryBudget(double ratio, double per_second = 0);

  /// A call was started.
  void deposit() { ++slot().calls; }
  /// Counts a retry, if one is left.
  [[nodiscard]] bool try_withdraw();
  /// How many retries are left for now.
  std::size_t balance();

 private:
  static constexpr std::size_t kSeconds = 10;
  struct Second {
    std::uint64_t calls = 0;
    std::uint64_t retries = 0;
  };

  Second& slot();

  double ratio_;
  double per_second_;
  std::int64_t second_ = 0;
  std::array<Second, kSeconds> seconds_;
};

}  // namespace eddy

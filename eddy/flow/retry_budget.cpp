// SPDX-License-Identifier: MIT
#include "eddy/flow/retry_budget.h"

#include <algorithm>
#include <string>

#include "eddy/base/error.h"

namespace eddy {

RetryBudget::RetryBudget(double ratio, double per_second) : ratio_(ratio), per_second_(per_second) {
  if (!(ratio >= 0 && per_second >= 0 && ratio + per_second > 0)) {
    throw RuntimeError("RetryBudget{" + std::to_string(ratio) + ", " + std::to_string(per_second) +
                       "}: neither may be negative, and one must be more than zero, or nothing is ever retried");
  }
}

// A clock that stands before the last look is another loop's: what was counted is forgotten.
RetryBudget::Second& RetryBudget::slot() {
  constexpr auto kSpan = static_cast<std::int64_t>(kSeconds);
  std::int64_t second = detail::to_nanos(now()) / 1'000'000'000;
  if (second < second_ || second >= second_ + kSpan) {
    seconds_ = {};
  } else {
    for (std::int64_t s = second_ + 1; s <= second; ++s) seconds_[static_cast<std::size_t>(s % kSpan)] = {};
  }
  second_ = second;
  return seconds_[static_cast<std::size_t>(second % kSpan)];
}

std::size_t RetryBudget::balance() {
  slot();
  Second sum;
  for (const Second& one : seconds_) {
    sum.calls += one.calls;
    sum.retries += one.retries;
  }
  constexpr double kRounding = 1e-9;  // 0.29 * 100 is less than 29
  double allowed = ratio_ * static_cast<double>(sum.calls) + per_second_ * kSeconds + kRounding;
  constexpr double kMost = 1e18;  // what a size_t holds
  double left = std::min(allowed - static_cast<double>(sum.retries), kMost);
  return left < 1 ? 0 : static_cast<std::size_t>(left);
}

bool RetryBudget::try_withdraw() {
  if (balance() == 0) return false;
  ++slot().retries;
  return true;
}

}  // namespace eddy

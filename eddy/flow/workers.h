// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace eddy {

/// How many consumers `produce_consume` has, and how much may wait for them. Fluent: `Workers{}.count(3).buffer(10)`.
class Workers {
 public:
  constexpr Workers() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate, see G2 in CONTRIBUTING

  /// Calls of the consumer under way at a time, at most. One unless set.
  Workers& count(std::size_t workers);
  /// Items that may wait for a worker; with more, producers wait. As many as there are workers unless set.
  Workers& buffer(std::size_t items);

  std::size_t count() const noexcept { return count_; }
  std::size_t buffer() const noexcept { return buffer_ == 0 ? count_ : buffer_; }

 private:
  std::size_t count_ = 1;
  std::size_t buffer_ = 0;  ///< 0: not set
};

}  // namespace eddy

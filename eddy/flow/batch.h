// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "eddy/core/time_point.h"

namespace eddy {

/// How `process_batch` divides its work. Fluent: `Batch{}.size(50).concurrency(10).pause(100ms).progress("users")`.
class Batch {
 public:
  Batch() noexcept {}  // NOLINT(modernize-use-equals-default): no aggregate, see G2 in CONTRIBUTING

  /// Items in a batch, at most. 100 unless set.
  Batch& size(std::size_t items);
  /// Calls under way at a time, at most. The whole batch unless set.
  Batch& concurrency(std::size_t calls);
  /// How long to wait between two batches. Not at all unless set.
  template <class Rep, class Period>
  Batch& pause(std::chrono::duration<Rep, Period> time) noexcept {
    pause_ = Duration(detail::to_nanos(time));
    return *this;
  }
  /// Shows one bar, with this label, over all items.
  Batch& progress(std::string label);

  std::size_t size() const noexcept { return size_; }
  std::size_t concurrency() const noexcept { return concurrency_ == 0 ? size_ : concurrency_; }
  Duration pause() const noexcept { return pause_; }
  /// Empty: no bar.
  const std::string& progress() const noexcept { return label_; }

 private:
  std::size_t size_ = 100;
  std::size_t concurrency_ = 0;  ///< 0: not set
  Duration pause_{0};
  std::string label_;
};

}  // namespace eddy

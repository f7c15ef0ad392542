// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "eddy/core/time_point.h"
#include "eddy/flow/progress.h"

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
  Batch& pause(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write pause(5s)
  /// Shows one bar, with this label, over all items.
  Batch& progress(std::string label);
  /// The same with a bar of the caller's, which is advanced and not closed.
  Batch& progress(Progress& bar) noexcept;

  std::size_t size() const noexcept { return size_; }
  std::size_t concurrency() const noexcept { return concurrency_ == 0 ? size_ : concurrency_; }
  Duration pause() const noexcept { return pause_; }
  /// The caller's bar, or one that is made in `room` if there is a label, or none.
  Progress* open_bar(std::optional<Progress>& room, std::optional<std::size_t> total) const;

 private:
  std::size_t size_ = 100;
  std::size_t concurrency_ = 0;  ///< 0: not set
  Duration pause_{0};
  std::string label_;  ///< empty: none
  Progress* bar_ = nullptr;
};

}  // namespace eddy

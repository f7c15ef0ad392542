// SPDX-License-Identifier: MIT
//
// What is behind a Progress that is shown: what it says and when.
//
// 1. The clock is looked at only every `stride_` steps, which grows while steps come faster than anybody could see, up
//    to kStrideMax: so the reading costs next to nothing, and a sudden lull is noticed soon.
// 2. A bar is drawn at most every `min_interval`; a plain line is written when ten seconds or another tenth of the
//    whole have passed, at most one a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "eddy/flow/detail/progress_line.h"
#include "eddy/flow/progress_options.h"

namespace eddy::detail {

class ProgressBar {
 public:
  /// Null when nothing is to be shown.
  static ProgressBar* make(std::string label, std::optional<std::size_t> total, const ProgressOptions& options);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() = default;

  /// So many are done; shows it if it is time to. After how many steps to look again.
  std::uint32_t look(std::size_t done);
  void set_total(std::size_t done, std::size_t total);
  void set_label(std::size_t done, std::string label);
  void set_postfix(std::size_t done, std::string postfix);
  /// The last thing it says.
  void close(std::size_t done);

 private:
  /// An exponential mean that is right from the first value on.
  class Mean {
   public:
    void add(double value) noexcept {
      mean_ = kWeight * value + (1 - kWeight) * mean_;
      missing_ *= 1 - kWeight;
    }
    double value() const noexcept { return mean_ / (1 - missing_); }
    bool empty() const noexcept { return missing_ == 1; }

   private:
    static constexpr double kWeight = 0.3;
    double mean_ = 0;
    double missing_ = 1;
  };

  static constexpr std::uint32_t kStrideMax = 64;

  ProgressBar(bool plain, ProgressOutput& output, const ProgressOptions& options);
  bool is_due(std::size_t done, TimePoint at) const noexcept;
  bool is_line_due(std::size_t done, Duration passed) const noexcept;
  void adapt_stride(TimePoint at) noexcept;
  void show(std::size_t done, TimePoint at);
  void show_if_due(std::size_t done);
  void note(std::size_t done, TimePoint at);
  std::optional<double> average() const noexcept;

  bool plain_;
  bool leave_;
  ProgressOutput& output_;
  Duration min_interval_;
  ProgressState state_;
  TimePoint started_;
  TimePoint looked_;
  TimePoint shown_;
  std::uint32_t stride_ = 1;
  Mean steps_;
  Mean seconds_;
};

}  // namespace eddy::detail

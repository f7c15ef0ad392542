// SPDX-License-Identifier: MIT
//
// How a Progress looks: from what is known about it to one line of text. Knows no terminal and no clock.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "eddy/core/time_point.h"
#include "eddy/flow/progress_options.h"
#include "eddy/flow/progress_output.h"

namespace eddy::detail {

/// What there is to show.
struct ProgressState {
  std::string label;
  std::string postfix;
  std::string unit = "it";
  ProgressScale scale = ProgressScale::kNone;
  std::optional<std::size_t> total;
  std::size_t done = 0;
  Duration elapsed{};
  std::optional<double> rate;  ///< steps a second
  bool ended = false;
  bool color = true;
  int width = 0;  ///< the most it wants; 0 for all there is
};

/// A bar: never wider than the screen, whatever must be left out.
std::string progress_bar_line(const ProgressState& state, const ProgressScreen& screen);

/// The same without a bar, as long as it gets.
std::string progress_plain_line(const ProgressState& state);

}  // namespace eddy::detail

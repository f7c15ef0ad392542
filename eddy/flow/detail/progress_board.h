// SPDX-License-Identifier: MIT
//
// The bars that are on one output, one under the other, the oldest on top.
//
// 1. The cursor stands in the line of the last bar; `drawn_` bars are on the screen.
// 2. A slot keeps what its bar last said, because the bar itself may belong to another thread.
// 3. Everything is under the mutex, the output's `screen` and `write` included.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/flow/detail/progress_line.h"

namespace eddy::detail {

class ProgressBoard {
 public:
  explicit ProgressBoard(ProgressOutput& output) noexcept : output_(output) {}

  /// A bar's news; its first adds it.
  void show(const void* bar, ProgressState state);
  /// Takes a bar off; a last state stays on the screen, above the others.
  void end(const void* bar, std::optional<ProgressState> last);
  /// A line above the bars.
  void print(std::string_view line);
  /// Takes the bars off the screen, until `resume`.
  void pause();
  void resume();

 private:
  struct Slot {
    const void* bar;
    ProgressState state;
  };

  std::size_t place_of(const void* bar) const noexcept;
  std::size_t visible() noexcept;
  void redraw(std::string text);
  void redraw_one(std::size_t place);
  void erase(std::string& text) noexcept;

  std::mutex mutex_;
  ProgressOutput& output_;
  std::vector<Slot> slots_;
  std::size_t drawn_ = 0;
  bool paused_ = false;
  ProgressScreen screen_;
};

}  // namespace eddy::detail

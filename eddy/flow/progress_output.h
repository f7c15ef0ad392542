// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eddy/base/owned.h"

namespace eddy {

namespace detail {
class ProgressBoard;
}

/// What can be shown at an output.
struct ProgressScreen {
  int columns = 80;
  int rows = 24;
  bool terminal = false;  ///< understands cursor movements
  bool unicode = false;
  bool color = false;
};

/// Advanced: a place where bars are shown; for a log window, or for a test that keeps what is written. Programs need
/// none: a descriptor is `ProgressOptions::fd`.
///
/// Several bars live on an output at once, of one loop or of several threads: it is locked while something is written.
/// Must outlive them.
class ProgressOutput {
 public:
  ProgressOutput();
  ProgressOutput(const ProgressOutput&) = delete;
  ProgressOutput& operator=(const ProgressOutput&) = delete;
  virtual ~ProgressOutput();

  /// Writes a line of text above the bars.
  void print(std::string_view line);

  /// Advanced: the bars.
  detail::ProgressBoard& board() noexcept { return *board_; }

  /// Asked before every redraw, under the lock.
  virtual ProgressScreen screen() noexcept = 0;
  /// Text, and on terminals the control sequences between it, under the lock.
  virtual void write(std::string_view text) noexcept = 0;

 private:
  Owned<detail::ProgressBoard> board_;
};

/// While one lives there are no bars on the screen, so that anything may be written there; then they are drawn again,
/// as they have become meanwhile. For a single line see `progress_print`. Any thread; may be nested.
///
/// About the outputs that are descriptors, and that have had bars.
class [[nodiscard("bars are off the screen as long as it lives")]] ProgressPause {
 public:
  ProgressPause() noexcept;
  ProgressPause(const ProgressPause&) = delete;
  ProgressPause& operator=(const ProgressPause&) = delete;
  ~ProgressPause();
};

}  // namespace eddy

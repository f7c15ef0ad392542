// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "eddy/base/owned.h"
#include "eddy/flow/progress_options.h"

namespace eddy {

namespace detail {
class ProgressBar;
}

/// How far a piece of work is: `Progress bar{"download", total}; … bar.advance();`. tqdm.
///
///     download:  45%|██████████▊             | 45/100 [00:04<00:05, 10.00it/s]
///
/// A bar on a terminal, a plain line every ten seconds or tenth of the work elsewhere, on stderr; nothing with
/// EDDY_PROGRESS=off. Without a total it counts. Several at once stand one under the other; text printed beside them
/// goes through `progress_print`, or happens in a `ProgressPause`. A step costs about a nanosecond.
///
/// Ownership: movable; closed when it is destroyed, and stays on the screen as it is then, unless `leave(false)`.
/// Thread: one at a time, with a loop or without; bars of several threads share a terminal in peace. Time is the
/// loop's. Never throws but out of memory, at its making. What it is good for: `gather(Progress{"pages"}, …)`,
/// `as_completed(Progress{"pages"}, …)`, `source | iter::progress("rows")`.
class [[nodiscard]] Progress {
 public:
  explicit Progress(std::string label, std::optional<std::size_t> total = {}, const ProgressOptions& options = {});
  Progress(std::string label, const ProgressOptions& options);
  Progress(Progress&& other) noexcept;
  Progress& operator=(Progress&& other) noexcept;
  ~Progress();

  /// So many more are done.
  void advance(std::size_t n = 1) noexcept {
    done_ += n;
    if (--until_look_ == 0 || done_ == total_) [[unlikely]]
      look();
  }

  void set_total(std::size_t total) noexcept;
  /// So many more are to come: what there is to do in all, unless a total was set.
  void expect(std::size_t n) noexcept;
  void set_label(std::string label) noexcept;
  /// Text at the end of the line: `bar.set_postfix("3 failed")`.
  void set_postfix(std::string text) noexcept;
  /// Shows for the last time how far it has come; from then on it only counts.
  void close() noexcept;

  std::size_t done() const noexcept { return done_; }
  /// Empty when it is not known.
  std::optional<std::size_t> total() const noexcept {
    return total_ == kUnknown ? std::nullopt : std::optional(total_);
  }

 private:
  static constexpr std::size_t kUnknown = std::numeric_limits<std::size_t>::max();

  [[gnu::cold]] void look() noexcept;

  std::size_t done_ = 0;
  std::size_t total_ = kUnknown;
  std::uint32_t until_look_ = 1;
  bool total_is_set_ = false;
  Owned<detail::ProgressBar> bar_;  ///< null when it shows nothing
};

}  // namespace eddy

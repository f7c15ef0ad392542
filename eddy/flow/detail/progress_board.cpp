// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/progress_board.h"

#include <algorithm>
#include <utility>

namespace eddy::detail {
namespace {

constexpr const char* kClearBelow = "\x1b[J";
constexpr const char* kClearRight = "\x1b[K";

std::string lines_up(std::size_t lines) { return lines == 0 ? "" : "\x1b[" + std::to_string(lines) + "A"; }
std::string lines_down(std::size_t lines) { return lines == 0 ? "" : "\x1b[" + std::to_string(lines) + "B"; }

}  // namespace

void ProgressBoard::show(const void* bar, ProgressState state) {
  const std::lock_guard lock(mutex_);
  const std::size_t place = place_of(bar);
  const bool is_new = place == slots_.size();
  if (is_new) {
    slots_.push_back({bar, std::move(state)});
  } else {
    slots_[place].state = std::move(state);
  }
  if (paused_) return;
  const int columns = screen_.columns;
  screen_ = output_.screen();
  if (is_new || columns != screen_.columns || drawn_ != visible()) return redraw("");
  redraw_one(place);
}

void ProgressBoard::end(const void* bar, std::optional<ProgressState> last) {
  const std::lock_guard lock(mutex_);
  const std::size_t place = place_of(bar);
  if (place == slots_.size()) return;
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(place));
  screen_ = output_.screen();
  redraw(last ? progress_bar_line(*last, screen_) + "\n" : "");
}

void ProgressBoard::print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  screen_ = output_.screen();
  std::string text(line);
  if (text.empty() || text.back() != '\n') text += '\n';
  redraw(std::move(text));
}

void ProgressBoard::pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
  redraw("");
}

void ProgressBoard::resume() {
  const std::lock_guard lock(mutex_);
  paused_ = false;
  screen_ = output_.screen();
  redraw("");
}

std::size_t ProgressBoard::place_of(const void* bar) const noexcept {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [bar](const Slot& slot) { return slot.bar == bar; });
  return static_cast<std::size_t>(found - slots_.begin());
}

// More bars than rows would scroll what can never be erased again.
std::size_t ProgressBoard::visible() noexcept {
  const auto rows = static_cast<std::size_t>(std::max(2, screen_.rows) - 1);
  return std::min(slots_.size(), rows);
}

void ProgressBoard::erase(std::string& text) noexcept {
  if (drawn_ == 0) return;
  text += "\r" + lines_up(drawn_ - 1) + kClearBelow;
  drawn_ = 0;
}

/// The text in the place of the bars, and these below it.
void ProgressBoard::redraw(std::string text) {
  std::string all;
  erase(all);
  all += text;
  if (!paused_) {
    drawn_ = visible();
    for (std::size_t i = 0; i < drawn_; ++i) all += (i == 0 ? "" : "\n") + progress_bar_line(slots_[i].state, screen_);
  }
  if (!all.empty()) output_.write(all);
}

void ProgressBoard::redraw_one(std::size_t place) {
  if (place >= drawn_) return;
  const std::size_t up = drawn_ - 1 - place;
  output_.write(lines_up(up) + "\r" + progress_bar_line(slots_[place].state, screen_) + kClearRight + lines_down(up));
}

}  // namespace eddy::detail

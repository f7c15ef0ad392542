// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/progress_bar.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "eddy/flow/detail/progress_board.h"
#include "eddy/flow/detail/progress_terminal.h"
#include "eddy/flow/detail/text_width.h"

namespace eddy::detail {
namespace {

using namespace std::chrono_literals;

ProgressMode mode_in_environment(ProgressMode otherwise) {
  const char* value = std::getenv("EDDY_PROGRESS");
  const std::string_view mode = value ? value : "";
  if (mode == "bar") return ProgressMode::kBar;
  if (mode == "plain") return ProgressMode::kPlain;
  if (mode == "off") return ProgressMode::kOff;
  return otherwise;
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

ProgressBar* ProgressBar::make(std::string label, std::optional<std::size_t> total, const ProgressOptions& options) {
  const ProgressMode mode = mode_in_environment(options.mode_);
  if (mode == ProgressMode::kOff) return nullptr;
  ProgressOutput& output = options.output_ ? *options.output_ : progress_terminal(options.fd_);
  const bool plain = mode == ProgressMode::kPlain || (mode == ProgressMode::kAuto && !output.screen().terminal);
  auto* bar = new ProgressBar(plain, output, options);
  bar->state_.label = on_one_line(std::move(label));
  bar->state_.total = total;
  if (!plain) bar->show(0, bar->started_);
  return bar;
}

ProgressBar::ProgressBar(bool plain, ProgressOutput& output, const ProgressOptions& options)
    : plain_(plain),
      leave_(options.leave_),
      output_(output),
      min_interval_(options.min_interval_),
      started_(now()),
      looked_(started_),
      shown_(started_) {
  state_.unit = on_one_line(options.unit_);
  state_.scale = options.scale_;
  state_.color = options.color_;
  state_.width = options.width_;
}

std::uint32_t ProgressBar::look(std::size_t done) {
  const TimePoint at = now();
  adapt_stride(at);
  if (is_due(done, at)) show(done, at);
  return stride_;
}

void ProgressBar::adapt_stride(TimePoint at) noexcept {
  const bool quick = (at - looked_) * 16 < min_interval_;
  stride_ = quick ? std::min(stride_ * 2, kStrideMax) : std::max(stride_ / 2, 1U);
  looked_ = at;
}

bool ProgressBar::is_due(std::size_t done, TimePoint at) const noexcept {
  if (plain_) return is_line_due(done, at - shown_);
  const bool complete = done == state_.total && state_.done != done;
  return complete || at - shown_ >= min_interval_;
}

bool ProgressBar::is_line_due(std::size_t done, Duration passed) const noexcept {
  if (done == state_.total) return false;  // close() says so
  if (passed >= 10s) return true;
  if (passed < 1s || !state_.total) return false;
  return done - state_.done >= std::max<std::size_t>(1, *state_.total / 10);
}

void ProgressBar::show_if_due(std::size_t done) {
  const TimePoint at = now();
  if (!plain_ && is_due(done, at)) show(done, at);
}

/// Takes in what was done since it was shown last.
void ProgressBar::note(std::size_t done, TimePoint at) {
  if (done > state_.done && at > shown_) {
    steps_.add(static_cast<double>(done - state_.done));
    seconds_.add(seconds(at - shown_));
  }
  if (!steps_.empty()) state_.rate = steps_.value() / seconds_.value();
  state_.done = done;
  state_.elapsed = std::max(Duration::zero(), Duration(at - started_));
  shown_ = at;
}

void ProgressBar::show(std::size_t done, TimePoint at) {
  note(done, at);
  if (plain_) {
    output_.print(progress_plain_line(state_));
  } else {
    output_.board().show(this, state_);
  }
}

void ProgressBar::set_total(std::size_t done, std::size_t total) {
  state_.total = total;
  if (!plain_) show(done, now());
}

void ProgressBar::set_label(std::size_t done, std::string label) {
  state_.label = on_one_line(std::move(label));
  show_if_due(done);
}

void ProgressBar::set_postfix(std::size_t done, std::string postfix) {
  state_.postfix = on_one_line(std::move(postfix));
  show_if_due(done);
}

/// Of the whole time: at the end nobody asks how fast the last second was.
std::optional<double> ProgressBar::average() const noexcept {
  if (state_.done == 0 || state_.elapsed <= Duration::zero()) return std::nullopt;
  return static_cast<double>(state_.done) / seconds(state_.elapsed);
}

void ProgressBar::close(std::size_t done) {
  note(done, now());
  state_.rate = average();
  state_.ended = true;
  if (!plain_) return output_.board().end(this, leave_ ? std::optional(state_) : std::nullopt);
  if (leave_) output_.print(progress_plain_line(state_));
}

}  // namespace eddy::detail

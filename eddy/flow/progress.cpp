// SPDX-License-Identifier: MIT
#include "eddy/flow/progress.h"

#include "eddy/flow/detail/progress_bar.h"

namespace eddy {
namespace {

/// What goes wrong about showing something is not worth an error.
template <class F>
void quietly(F&& f) noexcept {
  try {
    f();
  } catch (...) {
  }
}

}  // namespace

Progress::Progress(std::string label, std::optional<std::size_t> total, const ProgressOptions& options)
    : total_(total.value_or(kUnknown)),
      total_is_set_(total.has_value()),
      bar_(detail::ProgressBar::make(std::move(label), total, options)) {}

Progress::Progress(std::string label, const ProgressOptions& options)
    : Progress(std::move(label), std::nullopt, options) {}

Progress::Progress(Progress&& other) noexcept = default;

Progress& Progress::operator=(Progress&& other) noexcept {
  close();
  done_ = other.done_;
  total_ = other.total_;
  until_look_ = other.until_look_;
  total_is_set_ = other.total_is_set_;
  bar_ = std::move(other.bar_);
  return *this;
}

Progress::~Progress() { close(); }

void Progress::look() noexcept {
  until_look_ = std::numeric_limits<std::uint32_t>::max();
  if (bar_) quietly([this] { until_look_ = bar_->look(done_); });
}

void Progress::set_total(std::size_t total) noexcept {
  total_ = total;
  total_is_set_ = true;
  if (bar_) quietly([this] { bar_->set_total(done_, total_); });
}

void Progress::expect(std::size_t n) noexcept {
  if (total_is_set_) return;
  set_total(total().value_or(done_) + n);
  total_is_set_ = false;
}

void Progress::set_label(std::string label) noexcept {
  if (bar_) quietly([&] { bar_->set_label(done_, std::move(label)); });
}

void Progress::set_postfix(std::string text) noexcept {
  if (bar_) quietly([&] { bar_->set_postfix(done_, std::move(text)); });
}

void Progress::close() noexcept {
  if (Owned<detail::ProgressBar> bar = std::move(bar_)) quietly([&] { bar->close(done_); });
}

}  // namespace eddy

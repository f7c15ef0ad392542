// SPDX-License-Identifier: MIT
#include "eddy/flow/sliding_window.h"

#include "eddy/base/error.h"
#include "eddy/core/time_point.h"

namespace eddy {

using detail::Nanos;

SlidingWindow::SlidingWindow(std::size_t calls, Nanos period, decltype(nullptr)) : times_(calls), period_(period) {
  if (period <= 0) throw RuntimeError("SlidingWindow: the period must be more than zero");
}

bool SlidingWindow::try_acquire() { return try_take(1, detail::to_nanos(now())); }

std::size_t SlidingWindow::available() {
  forget_old(detail::to_nanos(now()));
  return room();
}

bool SlidingWindow::idle() { return waiters().empty() && available() == calls(); }

// A call that lies ahead was on another loop's clock.
void SlidingWindow::forget_old(Nanos now) noexcept {
  if (used_ > 0 && times_[(oldest_ + used_ - 1) % times_.size()] > now) used_ = 0;
  while (used_ > 0 && detail::saturating_add(times_[oldest_], period_) <= now) {
    oldest_ = (oldest_ + 1) % times_.size();
    --used_;
  }
}

Nanos SlidingWindow::free_at(std::size_t, Nanos now) noexcept {
  forget_old(now);
  if (room() > 0) return now;
  return used_ > 0 ? detail::saturating_add(times_[oldest_], period_) : detail::kForever;
}

void SlidingWindow::commit(std::size_t, Nanos now) noexcept {
  --reserved_;
  times_[(oldest_ + used_) % times_.size()] = now;
  ++used_;
}

}  // namespace eddy

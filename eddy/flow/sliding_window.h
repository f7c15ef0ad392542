// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <vector>

#include "eddy/flow/detail/line.h"

namespace eddy {

/// At most so many calls in any window of time: `SlidingWindow window{5, 1s}; co_await window.acquire();`.
///
/// "Any" is meant: there is no span of that length, beginning of it included and end not, that has more, wherever it
/// starts. Fair: first come, first served. A cancelled waiter costs nothing. Remembers when each of the last calls was,
/// eight bytes a call. Made anywhere, also before a loop runs; used by one loop. `with(window, body)` acquires. To
/// smooth the calls out instead of letting them through in bursts, see `TokenBucket`; for so many at a time,
/// `Semaphore`.
class SlidingWindow : private detail::Line {
 public:
  static constexpr const char* kName = "eddy::SlidingWindow";

  template <std::integral N, class Rep, class Period>
  SlidingWindow(N calls, std::chrono::duration<Rep, Period> period)
      : SlidingWindow(detail::checked_count(calls, 1, "the number of calls of a SlidingWindow", "1"),
                      detail::to_nanos(period), nullptr) {}
  SlidingWindow(std::integral auto, detail::NoUnit auto) = delete;  // eddy: a number has no unit: write {100, 60s}
  ~SlidingWindow() { assert(waiters().empty() && "eddy::SlidingWindow destroyed while tasks wait for it"); }

  /// Waits until one more call fits into the window.
  detail::RateAcquire<SlidingWindow> acquire() noexcept { return {*this, 1}; }
  detail::RateAcquire<SlidingWindow> aenter() noexcept { return acquire(); }  ///< for `with(window, body)`
  /// Counts a call if it fits and nobody waits for it.
  [[nodiscard]] bool try_acquire();

  /// How many calls would fit now.
  std::size_t available();
  std::size_t calls() const noexcept { return times_.size(); }
  Duration period() const noexcept { return Duration(period_); }
  /// How many tasks wait. Counts them: for logs and tests.
  std::size_t n_waiting() const noexcept { return waiters().count(); }
  /// Advanced: one that can still be given back; for `acquire_all`.
  detail::RateReserve<SlidingWindow> reserve_one() noexcept { return detail::RateReserve<SlidingWindow>(*this); }
  /// Whether it is as good as new: no call in the window, and nobody waits.
  bool idle();

 private:
  SlidingWindow(std::size_t calls, detail::Nanos period, decltype(nullptr));

  detail::Nanos free_at(std::size_t n, detail::Nanos now) noexcept override;
  void reserve(std::size_t) noexcept override { ++reserved_; }
  void commit(std::size_t n, detail::Nanos now) noexcept override;
  void release(std::size_t) noexcept override { --reserved_; }
  void forget_old(detail::Nanos now) noexcept;
  std::size_t room() const noexcept { return times_.size() - used_ - reserved_; }

  // `used_` of them, from `oldest_` on, in a circle. used_ + reserved_ <= times_.size().
  std::vector<detail::Nanos> times_;
  std::size_t oldest_ = 0;
  std::size_t used_ = 0;
  std::size_t reserved_ = 0;  ///< granted to those who have not run yet, and so have no time yet
  detail::Nanos period_;
};

}  // namespace eddy

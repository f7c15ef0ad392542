// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

// libstdc++ has durations and clocks apart from the calendar and its formatting, which cost 26,000 lines a file.
#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

namespace eddy {

/// The loop's clock: monotonic, in nanoseconds; virtual under test. Interchangeable with `std::chrono::steady_clock`.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// The running loop's time.
TimePoint now();

namespace detail {

/// A duration whose unit somebody forgot: overloads for it are deleted, so that the message can say what to write.
template <class T>
concept NoUnit = std::is_arithmetic_v<T>;

using Nanos = std::int64_t;
inline constexpr Nanos kForever = std::numeric_limits<Nanos>::max();

/// Any duration in nanoseconds, rounded up and saturated: "as long as you can" must not become a negative number.
template <class Rep, class Period>
constexpr Nanos to_nanos(std::chrono::duration<Rep, Period> d) noexcept {
  constexpr std::chrono::duration<double> kLimit(9.0e9);  // 285 years; 2^63 ns are 292
  std::chrono::duration<double> seconds = d;
  if (!(seconds < kLimit)) return kForever;
  if (!(seconds > -kLimit)) return -kForever;
  // A float cannot tell the nanoseconds of an hour apart.
  using Exact = std::conditional_t<std::is_same_v<Rep, float>, double, Rep>;
  return std::chrono::ceil<std::chrono::nanoseconds>(std::chrono::duration<Exact, Period>(d)).count();
}

constexpr Nanos saturating_add(Nanos base, Nanos delta) noexcept {
  Nanos sum = 0;
  if (!__builtin_add_overflow(base, delta, &sum)) return sum;
  return delta > 0 ? kForever : -kForever;
}

constexpr TimePoint to_time_point(Nanos at) noexcept { return TimePoint(Duration(at)); }
constexpr Nanos to_nanos(TimePoint at) noexcept { return at.time_since_epoch().count(); }
/// So much after that; at the end of time if it would be later still.
constexpr TimePoint later(TimePoint from, Duration span) noexcept {
  return to_time_point(saturating_add(to_nanos(from), span.count()));
}

}  // namespace detail
}  // namespace eddy

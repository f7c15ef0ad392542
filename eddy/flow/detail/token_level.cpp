// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/token_level.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "eddy/base/error.h"

namespace eddy::detail {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr double kRateMin = 1e-9;  // one in 31 years
constexpr double kRateMax = 1e9;

struct Fraction {
  std::uint64_t over;
  std::uint64_t under;
};

// Continued fractions: each step gives the best approximation with a denominator of its size. Past kRateMax the
// denominator tells no two rates apart.
Fraction simplest(double x) noexcept {
  Fraction before{1, 0};
  Fraction best{static_cast<std::uint64_t>(x), 1};
  for (double rest = x - std::floor(x);
       rest > 0 && static_cast<double>(best.over) / static_cast<double>(best.under) != x;) {
    rest = 1 / rest;
    double digit = std::floor(rest);
    rest -= digit;
    if (digit * static_cast<double>(best.under) > kRateMax) break;
    auto whole = static_cast<std::uint64_t>(digit);
    Fraction next{whole * best.over + before.over, whole * best.under + before.under};
    before = best;
    best = next;
  }
  return best;
}

[[noreturn]] void throw_bad_rate(const std::string& given) {
  throw RuntimeError("TokenBucket: the rate is " + given +
                     "; it must be more than zero, at least one in 31 years and at most one each nanosecond");
}

TokenRate reduced(std::uint64_t tokens, std::uint64_t nanoseconds) noexcept {
  std::uint64_t common = std::gcd(tokens, nanoseconds);
  return {tokens / common, nanoseconds / common};
}

}  // namespace

TokenRate TokenRate::per_second(double tokens) {
  if (!(tokens >= kRateMin && tokens <= kRateMax)) throw_bad_rate(std::to_string(tokens) + " per second");
  Fraction rate = simplest(tokens);
  return reduced(rate.over, rate.under * kSecond);
}

TokenRate TokenRate::of(std::uint64_t tokens, Nanos period) {
  if (tokens == 0 || period <= 0 || tokens > static_cast<std::uint64_t>(period)) {
    throw_bad_rate(std::to_string(tokens) + " in " + std::to_string(period) + " ns");
  }
  return reduced(tokens, static_cast<std::uint64_t>(period));
}

TokenLevel::TokenLevel(TokenRate rate, std::size_t capacity) noexcept
    : rate_(rate), capacity_(capacity), level_(full()) {}

// Whoever waits for a token runs in the first nanosecond in which it is whole; the rest of that nanosecond is kept, or
// rates that do not divide it would be slower than they say. A clock that stands before the last look is another
// loop's: what has been is counted from there.
void TokenLevel::fill(Nanos now) noexcept {
  if (now > filled_at_) level_ = std::min(full() + rate_.gain - 1, level_ + Units{now - filled_at_} * rate_.gain);
  filled_at_ = now;
}

std::size_t TokenLevel::tokens(Nanos now) noexcept {
  fill(now);
  return static_cast<std::size_t>(level_ / rate_.token);
}

Nanos TokenLevel::time_of(std::size_t n, Nanos now) noexcept {
  fill(now);
  Units missing = units(n) - level_;
  if (missing <= 0) return now;
  Units wait = (missing + rate_.gain - 1) / rate_.gain;
  return wait < kForever ? saturating_add(now, static_cast<Nanos>(wait)) : kForever;
}

void TokenLevel::spend(std::size_t n, Nanos now) noexcept {
  fill(now);
  level_ -= units(n);
}

}  // namespace eddy::detail

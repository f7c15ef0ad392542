// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include "eddy/flow/detail/line.h"
#include "eddy/flow/detail/token_level.h"

namespace eddy {

/// Lets so many through per second, with a reserve for bursts: `TokenBucket bucket{10.0, 20}; co_await
/// bucket.acquire();`. It starts full, gains `rate` tokens a second up to its capacity, and each `acquire` takes some.
///
/// In any span of time at most `capacity + rate * span` tokens are given, and exactly that many if they are asked for:
/// nothing drifts. Fair: first come, first served, a large request in front is not overtaken by small ones behind. A
/// cancelled waiter costs nothing: his tokens are the next one's. Made anywhere, also before a loop runs; used by one
/// loop. `with(bucket, body)` acquires one. For at most so many in a window, without bursts beyond, see
/// `SlidingWindow`; for so many at a time, `Semaphore`.
class TokenBucket : private detail::Line {
 public:
  static constexpr const char* kName = "eddy::TokenBucket";

  template <class Rate, std::integral N>
    requires std::is_arithmetic_v<Rate>
  TokenBucket(Rate rate_per_second, N capacity)
      : level_(detail::TokenRate::per_second(static_cast<double>(rate_per_second)), checked(capacity)) {}
  /// So many in a period: `TokenBucket{100, 1min}`. The capacity is their number, unless another one is given.
  template <std::integral Tokens, class Rep, class Period>
  TokenBucket(Tokens tokens, std::chrono::duration<Rep, Period> period) : TokenBucket(tokens, period, tokens) {}
  template <std::integral Tokens, class Rep, class Period, std::integral N>
  TokenBucket(Tokens tokens, std::chrono::duration<Rep, Period> period, N capacity)
      : level_(detail::TokenRate::of(checked(tokens), detail::to_nanos(period)), checked(capacity)) {}
  ~TokenBucket() { assert(waiters().empty() && "eddy::TokenBucket destroyed while tasks wait for it"); }

  /// Waits until it has its tokens. RuntimeError when the bucket never holds that many.
  detail::RateAcquire<TokenBucket> acquire(std::size_t n = 1) {
    check(n);
    return {*this, n};
  }
  detail::RateAcquire<TokenBucket> aenter() { return acquire(); }  ///< for `with(bucket, body)`
  /// Takes them if they are there and nobody waits for them.
  [[nodiscard]] bool try_acquire(std::size_t n = 1);

  /// How many could be taken now.
  std::size_t available();
  std::size_t capacity() const noexcept { return level_.capacity(); }
  /// How many tasks wait. Counts them: for logs and tests.
  std::size_t n_waiting() const noexcept { return waiters().count(); }
  /// Advanced: one that can still be given back; for `acquire_all`.
  detail::RateReserve<TokenBucket> reserve_one() noexcept { return detail::RateReserve<TokenBucket>(*this); }
  /// Whether it is as good as new: full, and nobody waits.
  bool idle();

 private:
  template <std::integral N>
  static std::size_t checked(N count) {
    return detail::checked_count(count, 1, "the capacity of a TokenBucket, and the number of tokens in a period,", "1");
  }
  void check(std::size_t n) const {
    if (n > capacity()) throw_too_many(n);
  }
  [[noreturn]] void throw_too_many(std::size_t n) const;

  detail::Nanos free_at(std::size_t n, detail::Nanos now) noexcept override;
  void reserve(std::size_t n) noexcept override { reserved_ += n; }
  void commit(std::size_t n, detail::Nanos now) noexcept override;
  void release(std::size_t n) noexcept override { reserved_ -= n; }

  detail::TokenLevel level_;
  std::size_t reserved_ = 0;  ///< granted to those who have not run yet; still in the bucket
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eddy/core/time_point.h"

namespace eddy::detail {

/// A rate as a fraction: `gain` units each nanosecond, where a token is `token` units. Whole numbers, so that nothing
/// is rounded and no error adds up.
struct TokenRate {
  /// The simplest fraction that is this number: 0.1 is one in ten seconds, 1.0 / 3 one in three.
  static TokenRate per_second(double tokens);
  static TokenRate of(std::uint64_t tokens, Nanos period);

  std::uint64_t gain;
  std::uint64_t token;
};

/// How many tokens are in a bucket, exactly. It starts full.
class TokenLevel {
 public:
  TokenLevel(TokenRate rate, std::size_t capacity) noexcept;

  std::size_t capacity() const noexcept { return capacity_; }
  /// Whole tokens that are there at `now`.
  std::size_t tokens(Nanos now) noexcept;
  /// When there are `n` of them, at most the capacity: `now` or earlier if they are there.
  Nanos time_of(std::size_t n, Nanos now) noexcept;
  void spend(std::size_t n, Nanos now) noexcept;

 private:
  using Units = __int128;

  Units units(std::size_t tokens) const noexcept { return Units{tokens} * rate_.token; }
  Units full() const noexcept { return units(capacity_); }
  void fill(Nanos now) noexcept;

  TokenRate rate_;
  std::size_t capacity_;
  Nanos filled_at_ = 0;
  Units level_;
};

}  // namespace eddy::detail

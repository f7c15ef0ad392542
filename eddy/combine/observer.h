// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "eddy/core/awaitable.h"

namespace eddy {

/// Something that is told how far a combinator is: a `Progress`, or anything of yours with these three.
///
///     void expect(std::size_t n) noexcept;   // n more are to come
///     void advance() noexcept;               // one more is done
///     void close() noexcept;                 // that is all
///
/// Given as an rvalue it is the combinator's, and closed at its end, however that is; as an lvalue it stays yours, to
/// watch several combinators, and to be closed by you.
template <class P>
concept Observer = requires(std::remove_cvref_t<P>& observer, std::size_t n) {
  { observer.expect(n) } noexcept;
  { observer.advance() } noexcept;
  { observer.close() } noexcept;
} && !Awaitable<P>;

namespace detail {

/// An observer: by value if it was given as an rvalue, else by reference.
template <class P>
class Observed {
  static constexpr bool kOwned = !std::is_reference_v<P>;

 public:
  explicit Observed(P&& observer) : observer_(std::forward<P>(observer)) {}

  void expect(std::size_t n) noexcept { observer_.expect(n); }
  void advance() noexcept { observer_.advance(); }
  void end() noexcept {
    if constexpr (kOwned) observer_.close();
  }

 private:
  P observer_;
};

}  // namespace detail
}  // namespace eddy

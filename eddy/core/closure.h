// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

namespace eddy::detail {

// GCC 12 destroys a temporary of closure type twice when the full-expression contains a co_await (G2 in CONTRIBUTING),
// which only matters for closures that own something.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
template <class F>
inline constexpr bool kClosureIsSafe =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_cvref_t<F>> ||
    std::is_default_constructible_v<std::remove_cvref_t<F>> || std::is_move_assignable_v<std::remove_cvref_t<F>>;
#else
template <class F>
inline constexpr bool kClosureIsSafe = true;
#endif

/// Call first thing in a function that takes a callable and returns an awaitable.
template <class F>
constexpr void check_closure() {
  static_assert(
      kClosureIsSafe<F>,
      "eddy: GCC 12 destroys a closure that owns something twice in a co_await expression: capture by reference "
      "([&]), or name the lambda first and pass its name, or std::ref(name)");
}

}  // namespace eddy::detail

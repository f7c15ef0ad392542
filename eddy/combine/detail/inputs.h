// SPDX-License-Identifier: MIT
#pragma once

#include <iterator>
#include <type_traits>
#include <utility>

#include "eddy/base/unit.h"
#include "eddy/core/awaitable.h"

namespace eddy::detail {

template <class R>
concept Iterable = requires(R& range) {
  { range.begin() != range.end() };
  *range.begin();
};

/// A range kept by value when it was an rvalue, by reference otherwise.
template <class R>
class HeldRange {
  static constexpr bool kOwned = !std::is_reference_v<R>;
  using Range = std::remove_reference_t<R>;
  using Reference = decltype(*std::declval<Range&>().begin());
  // The elements of a range that we own are ours to move from; a view's are what it makes of them.
  static constexpr bool kMoves =
      kOwned && std::is_lvalue_reference_v<Reference> && !std::is_const_v<std::remove_reference_t<Reference>>;
  static_assert(kMoves || !(OneShot<Reference> && std::is_lvalue_reference_v<Reference>),
                "eddy: tasks are awaited once, as rvalues: pass std::move(tasks)");

 public:
  using Element = std::conditional_t<kMoves, std::remove_reference_t<Reference>&&, Reference>;

  explicit HeldRange(R&& range) : range_(std::forward<R>(range)) {}

  template <class F>
  void for_each(F&& f) {
    for (auto&& element : range_) f(static_cast<Element&&>(element));
  }

 private:
  R range_;
};

/// What a collected result is stored as: void as Unit, what stays in its task as a copy.
template <Operation O>
struct Collected {
  using Result = decltype(std::declval<O&>().take());
  static constexpr bool kCopy = [] {
    if constexpr (requires { O::kResultStays; }) {
      return O::kResultStays && std::is_copy_constructible_v<std::remove_cvref_t<Result>>;
    } else {
      return false;
    }
  }();
  using type =
      std::conditional_t<std::is_void_v<Result>, Unit, std::conditional_t<kCopy, std::remove_cvref_t<Result>, Result>>;
};
template <Operation O>
using collected_t = typename Collected<O>::type;

}  // namespace eddy::detail

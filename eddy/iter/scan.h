// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class S, class T, class F>
AsyncGenerator<T> scan_items(S source, T value, F f) {
  while (auto item = co_await source.next()) {
    value = co_await call(f, std::move(value), pass_item<typename S::Item>(item));
    co_yield std::as_const(value);
  }
}

struct ScanFn {
  template <class T, class F>
  auto operator()(T initial, F&& f) const {
    check_closure<F>();
    auto make = [initial = std::move(initial), f = std::decay_t<F>(std::forward<F>(f))]<class S>(S source) mutable {
      return scan_items<S, T, std::decay_t<F>>(std::move(source), std::move(initial), std::move(f));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

template <class S, class T = kept_item_t<S>>
AsyncGenerator<T> unique_items(S source) {
  std::optional<T> last;
  while (auto item = co_await source.next()) {
    if (last && *last == *item) continue;
    last.emplace(pass_item<typename S::Item>(item));
    co_yield std::as_const(*last);
  }
}

struct UniqueFn {
  auto operator()() const {
    auto make = []<class S>(S source) { return unique_items<S>(std::move(source)); };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | scan(initial, f)`: `value = f(value, item)` after each item, starting from `initial`; `f`'s result is
/// awaited if it is awaitable. itertools' `accumulate`; for the last value alone see `fold`.
inline constexpr eddy::detail::ScanFn scan{};

/// `source | unique()`: the items that differ from the one before, compared with `==`; like `std::unique`.
inline constexpr eddy::detail::UniqueFn unique{};

}  // namespace iter
}  // namespace eddy

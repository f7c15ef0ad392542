// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class S, class Item = typename S::Item>
AsyncGenerator<Item> take_items(S source, std::size_t n) {
  for (; n > 0; --n) {
    auto item = co_await source.next();
    if (!item) break;
    co_yield pass_item<Item>(item);
  }
}

template <class S, class Item = typename S::Item>
AsyncGenerator<Item> drop_items(S source, std::size_t n) {
  for (; n > 0; --n) {
    auto item = co_await source.next();
    if (!item) co_return;
  }
  while (auto item = co_await source.next()) co_yield pass_item<Item>(item);
}

struct TakeFn {
  auto operator()(std::size_t n) const {
    auto make = [n]<class S>(S source) { return take_items<S>(std::move(source), n); };
    return Stage<decltype(make)>(make);
  }
};

struct DropFn {
  auto operator()(std::size_t n) const {
    auto make = [n]<class S>(S source) { return drop_items<S>(std::move(source), n); };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | take(n)`: the first n items; the source is not asked for another.
inline constexpr eddy::detail::TakeFn take{};

/// `source | drop(n)`: all but the first n items.
inline constexpr eddy::detail::DropFn drop{};

}  // namespace iter
}  // namespace eddy

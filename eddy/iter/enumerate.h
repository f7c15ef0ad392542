// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace iter {

/// An item and its place, counted from 0.
template <class T>
struct Indexed {
  Indexed(std::size_t i, T&& item) : index(i), value(std::forward<T>(item)) {}
  std::size_t index;
  T value;
};

}  // namespace iter

namespace detail {

template <class S, class Item = typename S::Item>
AsyncGenerator<iter::Indexed<Item>> enumerate_items(S source) {
  std::size_t index = 0;
  while (auto item = co_await source.next()) {
    iter::Indexed<Item> indexed(index++, pass_item<Item>(item));
    co_yield std::move(indexed);
  }
}

struct EnumerateFn {
  auto operator()() const {
    auto make = []<class S>(S source) { return enumerate_items<S>(std::move(source)); };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | enumerate()`: each item with its place: `Indexed{index, value}`.
inline constexpr eddy::detail::EnumerateFn enumerate{};

}  // namespace iter
}  // namespace eddy

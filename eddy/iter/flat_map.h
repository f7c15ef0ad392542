// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

/// What a function returned, as a source: a reference to a range is used in place.
template <class F, class Item>
using inner_source_t = source_t<settled_t<F, Item>>;

template <class S, class F, class Item = typename S::Item, class Inner = inner_source_t<F, Item>>
AsyncGenerator<typename Inner::Item> flat_map_items(S source, F f) {
  while (auto item = co_await source.next()) {
    settled_t<F, Item> made = co_await call(f, pass_item<Item>(item));
    Inner inner = as_source(static_cast<settled_t<F, Item>&&>(made));
    while (auto part = co_await inner.next()) co_yield pass_item<typename Inner::Item>(part);
  }
}

struct FlatMapFn {
  template <class F>
  auto operator()(F&& f) const {
    check_closure<F>();
    auto make = [f = std::decay_t<F>(std::forward<F>(f))]<class S>(S source) mutable {
      return flat_map_items<S, std::decay_t<F>>(std::move(source), std::move(f));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

}  // namespace detail

namespace iter {

/// `source | flat_map(f)`: the items of each `f(item)`, one after the other. `f` returns a range, an AsyncGenerator or
/// the like, or an awaitable of one.
inline constexpr eddy::detail::FlatMapFn flat_map{};

}  // namespace iter
}  // namespace eddy

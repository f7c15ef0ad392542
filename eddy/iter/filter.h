// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class S, class F, class Item = typename S::Item>
AsyncGenerator<Item> filter_items(S source, F keep) {
  while (auto item = co_await source.next()) {
    bool kept = co_await call(keep, *item);
    if (kept) co_yield pass_item<Item>(item);
  }
}

template <class S, class F, class Item = typename S::Item>
AsyncGenerator<Item> take_while_items(S source, F keep) {
  while (auto item = co_await source.next()) {
    bool kept = co_await call(keep, *item);
    if (!kept) break;
    co_yield pass_item<Item>(item);
  }
}

template <class S, class F, class Item = typename S::Item>
AsyncGenerator<Item> drop_while_items(S source, F skip) {
  bool skipping = true;
  while (auto item = co_await source.next()) {
    if (skipping) skipping = co_await call(skip, *item);
    if (!skipping) co_yield pass_item<Item>(item);
  }
}

struct FilterFn {
  template <class F>
  auto operator()(F&& keep) const {
    check_closure<F>();
    auto make = [keep = std::decay_t<F>(std::forward<F>(keep))]<class S>(S source) mutable {
      return filter_items<S, std::decay_t<F>>(std::move(source), std::move(keep));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

struct TakeWhileFn {
  template <class F>
  auto operator()(F&& keep) const {
    check_closure<F>();
    auto make = [keep = std::decay_t<F>(std::forward<F>(keep))]<class S>(S source) mutable {
      return take_while_items<S, std::decay_t<F>>(std::move(source), std::move(keep));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

struct DropWhileFn {
  template <class F>
  auto operator()(F&& skip) const {
    check_closure<F>();
    auto make = [skip = std::decay_t<F>(std::forward<F>(skip))]<class S>(S source) mutable {
      return drop_while_items<S, std::decay_t<F>>(std::move(source), std::move(skip));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

}  // namespace detail

namespace iter {

/// `source | filter(keep)`: the items for which `keep(item)`, awaited if it is awaitable, is true.
inline constexpr eddy::detail::FilterFn filter{};

/// `source | take_while(keep)`: the items before the first for which `keep(item)` is false; that one is lost.
inline constexpr eddy::detail::TakeWhileFn take_while{};

/// `source | drop_while(skip)`: the items from the first on for which `skip(item)` is false.
inline constexpr eddy::detail::DropWhileFn drop_while{};

}  // namespace iter
}  // namespace eddy

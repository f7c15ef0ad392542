// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "eddy/combine/results.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

/// The items of several sources as one type: as they are if all agree, else as values of the common type.
template <class... Item>
struct CommonItem {
  using type = std::common_type_t<std::remove_cvref_t<Item>...>;
};
template <class Item, class... Same>
  requires(std::is_same_v<Item, Same> && ...)
struct CommonItem<Item, Same...> {
  using type = Item;
};
template <class... S>
using common_item_t = typename CommonItem<typename S::Item...>::type;

template <class Item, class S>
AsyncGenerator<Item> chain_items(S last) {
  while (auto item = co_await last.next()) co_yield pass_item<typename S::Item>(item);
}
template <class Item, class S, class... More>
  requires(sizeof...(More) > 0)
AsyncGenerator<Item> chain_items(S first, More... more) {
  while (auto item = co_await first.next()) co_yield pass_item<typename S::Item>(item);
  auto rest = chain_items<Item>(std::move(more)...);
  while (auto item = co_await rest.next()) co_yield pass_item<Item>(item);
}

struct ChainFn {
  template <iter::Source... S>
    requires(sizeof...(S) > 0)
  auto operator()(S&&... sources) const {
    return chain_items<common_item_t<source_t<S>...>>(as_source(std::forward<S>(sources))...);
  }
};

template <class A, class B>
AsyncGenerator<Gathered<typename A::Item, typename B::Item>> zip_items(A a, B b) {
  while (auto first = co_await a.next()) {
    auto second = co_await b.next();
    if (!second) break;
    Gathered<typename A::Item, typename B::Item> both(pass_item<typename A::Item>(first),
                                                      pass_item<typename B::Item>(second));
    co_yield std::move(both);
  }
}
template <class A, class B, class C>
AsyncGenerator<Gathered<typename A::Item, typename B::Item, typename C::Item>> zip_items(A a, B b, C c) {
  while (auto first = co_await a.next()) {
    auto second = co_await b.next();
    if (!second) break;
    auto third = co_await c.next();
    if (!third) break;
    Gathered<typename A::Item, typename B::Item, typename C::Item> all(
        pass_item<typename A::Item>(first), pass_item<typename B::Item>(second), pass_item<typename C::Item>(third));
    co_yield std::move(all);
  }
}

struct ZipFn {
  template <iter::Source... S>
  auto operator()(S&&... sources) const {
    static_assert(sizeof...(S) == 2 || sizeof...(S) == 3, "eddy: zip takes two or three sources");
    return zip_items(as_source(std::forward<S>(sources))...);
  }
};

}  // namespace detail

namespace iter {

/// `chain(a, b, …)`: the items of `a`, then those of `b`, and so on.
inline constexpr eddy::detail::ChainFn chain{};

/// `zip(a, b)`, `zip(a, b, c)`: an item of each, as a struct with members `first`, `second`, `third`, until the first
/// of them ends. The sources are asked left to right: items of those to the left of the one that ended are lost.
inline constexpr eddy::detail::ZipFn zip{};

}  // namespace iter
}  // namespace eddy

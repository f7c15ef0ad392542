// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/base/unit.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class F, class Item>
struct Mapped {
  using Settled = settled_t<F, Item>;
  using type = std::conditional_t<
      std::is_void_v<Settled>, Unit,
      std::conditional_t<std::is_lvalue_reference_v<Settled>, Settled, std::remove_cvref_t<Settled>>>;
};

template <class S, class F, class Item = typename S::Item, class Result = typename Mapped<F, Item>::type>
AsyncGenerator<Result> map_items(S source, F f) {
  while (auto item = co_await source.next()) {
    if constexpr (std::is_void_v<settled_t<F, Item>>) {
      co_await call(f, pass_item<Item>(item));
      const Unit unit;
      co_yield unit;
    } else {
      Result result = co_await call(f, pass_item<Item>(item));
      co_yield static_cast<Result&&>(result);
    }
  }
}

struct MapFn {
  template <class F>
  auto operator()(F&& f) const {
    check_closure<F>();
    auto make = [f = std::decay_t<F>(std::forward<F>(f))]<class S>(S source) mutable {
      return map_items<S, std::decay_t<F>>(std::move(source), std::move(f));
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

}  // namespace detail

namespace iter {

/// `source | map(f)`: `f(item)` for each item, in order, one at a time. A function that returns an awaitable is
/// awaited; to have several under way see `map_async`.
inline constexpr eddy::detail::MapFn map{};

}  // namespace iter
}  // namespace eddy

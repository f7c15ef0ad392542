// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eddy/base/count.h"
#include "eddy/base/error.h"
#include "eddy/iter/detail/ahead.h"

namespace eddy {
namespace detail {

struct MapUnorderedFn {
  template <class F>
  auto operator()(F&& f, std::size_t concurrency) const {
    check_closure<F>();
    if (!is_count(concurrency))
      throw RuntimeError("map_unordered(f, n): n must be 1 or more: at least one call must be allowed to run");
    auto make = [f = std::decay_t<F>(std::forward<F>(f)), concurrency]<class S>(S source) mutable {
      using Function = std::decay_t<F>;
      using Item = typename Pull<S>::Item;
      static_assert(std::is_invocable_v<Function&, Item>,
                    "eddy: map_unordered's function cannot be called with an item: elements of a range given as an "
                    "lvalue are passed as they are, all others as rvalues (take them by value or const&)");
      static_assert(kCallAwaits<Function, Item>,
                    "eddy: map_unordered needs a function that returns an awaitable; for a plain function use map");
      return items_from_ahead<S, Function>(std::move(source), std::move(f), concurrency, concurrency);
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

}  // namespace detail

namespace iter {

/// `source | map_unordered(f, n)`: `f(item)` for each item, up to n under way at a time, results as they come. A result
/// counts until it was taken, so that a slow consumer is not run ahead of.
///
/// Nothing starts before the first `next()`. The first error comes out of `next()` once the results before it were
/// handed out, and cancels the other calls; later ones go to the exception handler. Left early, as for `map_async`,
/// which keeps the order. For all results at once, in order, see `map_concurrent`.
inline constexpr eddy::detail::MapUnorderedFn map_unordered{};

}  // namespace iter
}  // namespace eddy

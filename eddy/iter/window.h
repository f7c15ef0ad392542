// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class T>
void drop_front(std::vector<T>& items, std::size_t n) {
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(n));
}

template <class S, class Kept = kept_item_t<S>>
AsyncGenerator<std::vector<Kept>> window_items(S source, std::size_t n, std::size_t step) {
  std::vector<Kept> window;
  std::size_t skip = 0;
  while (auto item = co_await source.next()) {
    if (skip > 0) {
      --skip;
      continue;
    }
    window.push_back(pass_item<typename S::Item>(item));
    if (window.size() < n) continue;
    co_yield std::as_const(window);
    const std::size_t gone = step < n ? step : n;
    drop_front(window, gone);
    skip = step - gone;
  }
}

struct WindowFn {
  auto operator()(std::size_t n, std::size_t step = 1) const {
    if (n == 0) throw RuntimeError("window(0): a window has at least one item");
    if (step == 0) throw RuntimeError("window(n, 0): the next window must begin at least one item later");
    auto make = [n, step]<class S>(S source) {
      static_assert(std::is_copy_constructible_v<kept_item_t<S>>,
                    "eddy: windows overlap, so their items are copied; for items that can only be moved use chunk");
      return window_items<S>(std::move(source), n, step);
    };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | window(n)`: vectors of n items each, every one beginning one item after the one before; `window(n, step)`:
/// `step` items after it. Items that no longer fill a window are not handed out. more_itertools' `sliding_window`.
inline constexpr eddy::detail::WindowFn window{};

}  // namespace iter
}  // namespace eddy

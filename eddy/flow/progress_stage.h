// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "eddy/flow/progress.h"
#include "eddy/iter/iter.h"

namespace eddy {
namespace detail {

// An item is done when the next one is asked for.
template <class S, class P, class Item = typename S::Item>
AsyncGenerator<Item> watched_items(S source, P bar) {
  if constexpr (requires { source.size(); }) bar.expect(source.size());
  while (auto item = co_await source.next()) {
    co_yield pass_item<Item>(item);
    bar.advance();
  }
  if constexpr (!std::is_reference_v<P>) bar.close();
}

struct ProgressFn {
  auto operator()(eddy::Progress&& bar) const {
    auto make = [bar = std::move(bar)]<class S>(S source) mutable {
      return watched_items<S, eddy::Progress>(std::move(source), std::move(bar));
    };
    return Stage<decltype(make)>(std::move(make));
  }
  /// One that stays the caller's: advanced, not closed.
  auto operator()(eddy::Progress& bar) const {
    auto make = [&bar]<class S>(S source) { return watched_items<S, eddy::Progress&>(std::move(source), bar); };
    return Stage<decltype(make)>(make);
  }
  /// A bar of its own, from what a Progress is made of.
  template <class... Rest>
  auto operator()(std::string label, Rest&&... rest) const {
    return (*this)(eddy::Progress(std::move(label), std::forward<Rest>(rest)...));
  }
};

}  // namespace detail

namespace iter {

/// `source | progress("rows")`, `source | progress("rows", total)`, or of a Progress: passes the items on and advances
/// a bar. The total is known when it stands right behind a range that knows its size. An item counts when the next one
/// is asked for, so when it has been dealt with. tqdm(iterable).
inline constexpr eddy::detail::ProgressFn progress{};

}  // namespace iter
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eddy/base/error.h"
#include "eddy/iter/detail/ahead.h"

namespace eddy {
namespace detail {

struct BufferFn {
  auto operator()(std::size_t n) const {
    if (n == 0) throw RuntimeError("buffer(0): there must be room for one item at least");
    auto make = [n]<class S>(S source) {
      using Same = AsItIs<typename Pull<S>::Item>;
      return items_from_ahead<S, Same>(std::move(source), Same(), 1, n);
    };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | buffer(n)`: the same items; a task of its own pulls the source, up to n items ahead of the consumer, so
/// that the two work at the same time.
///
/// Nothing starts before the first `next()`. An error of the source comes out of `next()` once the items before it were
/// handed out. Left early, as for `map_async`; the items that were ahead are lost.
inline constexpr eddy::detail::BufferFn buffer{};

}  // namespace iter
}  // namespace eddy

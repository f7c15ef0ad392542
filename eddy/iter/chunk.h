// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

template <class S, class Item = typename S::Item, class Kept = kept_item_t<S>>
AsyncGenerator<std::vector<Kept>> chunk_items(S source, std::size_t n) {
  std::vector<Kept> chunk;
  std::exception_ptr error;
  for (bool more = true; more;) {
    more = false;
    try {
      if (auto item = co_await source.next()) {
        chunk.push_back(pass_item<Item>(item));
        more = true;
      }
    } catch (...) {
      error = std::current_exception();  // comes after what came before it
    }
    if (chunk.empty() || (more && chunk.size() < n)) continue;
    co_yield std::move(chunk);
    chunk.clear();
  }
  if (error) std::rethrow_exception(error);
}

struct ChunkFn {
  auto operator()(std::size_t n) const {
    if (n == 0) throw RuntimeError("chunk(0): a chunk has at least one item");
    auto make = [n]<class S>(S source) { return chunk_items<S>(std::move(source), n); };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | chunk(n)`: vectors of n items each; the last may be shorter. An error of the source comes after the items
/// that came before it.
inline constexpr eddy::detail::ChunkFn chunk{};

}  // namespace iter
}  // namespace eddy

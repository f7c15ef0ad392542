// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/iter/detail/ahead.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace detail {

template <class A>
auto take_up_to(A& ahead, std::size_t n) {
  using Item = typename A::Item;
  std::vector<std::remove_cvref_t<Item>> chunk;
  chunk.reserve(n < ahead.ready.size() ? n : ahead.ready.size());
  while (chunk.size() < n && !ahead.ready.empty()) {
    auto parcel = ahead.take();
    chunk.push_back(open_parcel<Item>(parcel));
  }
  return chunk;
}

template <class S, class F, class Chunk = std::vector<std::remove_cvref_t<typename Ahead<S, F>::Item>>>
AsyncGenerator<Chunk> chunks_within(S source, F f, std::size_t n, Duration within) {
  Shared ahead(new Ahead<S, F>(std::move(source), std::move(f), 1, n));
  Crew crew(*ahead);
  ahead->hire();
  for (;;) {
    while (ahead->ready.empty() && !ahead->ended()) co_await ahead->changed.wait();
    if (ahead->ready.empty()) break;
    const TimePoint end = later(now(), within);
    while (ahead->ready.size() < n && !ahead->ended() && now() < end) {
      co_await try_for(ahead->changed.wait(), end - now());
    }
    Chunk chunk = take_up_to(*ahead, n);
    co_yield std::move(chunk);
  }
  co_await rethrow_failure(*ahead);
}

struct ChunkWithinFn {
  template <class Rep, class Period>
  auto operator()(std::size_t n, std::chrono::duration<Rep, Period> within) const {
    if (n == 0) throw RuntimeError("chunk_within(0, …): a chunk has at least one item");
    auto make = [n, within = Duration(to_nanos(within))]<class S>(S source) {
      using Same = AsItIs<typename Pull<S>::Item>;
      return chunks_within<S, Same>(std::move(source), Same(), n, within);
    };
    return Stage<decltype(make)>(make);
  }
  void operator()(std::size_t, NoUnit auto) const = delete;  // eddy: a number has no unit: write 100ms
};

}  // namespace detail

namespace iter {

/// `source | chunk_within(n, 100ms)`: vectors of up to n items: one is handed out when it has n, or when so much time
/// has passed since `next()` had its first item, or when the source has ended. For writers that take many rows at a
/// time, but should not keep one waiting.
///
/// A task of its own pulls the source, up to n items ahead; errors and leaving early as for `buffer`. Without a limit
/// in time see `chunk`.
inline constexpr eddy::detail::ChunkWithinFn chunk_within{};

}  // namespace iter
}  // namespace eddy

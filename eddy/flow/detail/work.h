// SPDX-License-Identifier: MIT
//
// How map_concurrent, process_batch and produce_consume go through their items: workers that pull the next one whenever
// they have finished one, so that no item costs a task, and nothing waits in a list.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/combine/workforce.h"
#include "eddy/iter/collect.h"
#include "eddy/iter/pull.h"
#include "eddy/time/sleep.h"

namespace eddy::detail {

/// What workers share. The Sink is told of each item: `begin()` when it was pulled, in order, which gives its place;
/// `put(place, result…)`; or `failed(place)` from a catch block, which throws on, unless errors are results.
template <class S, class F, class Sink>
struct Work {
  using Item = typename Pull<S>::Item;
  using Result = settled_t<F, Item>;
  // Whether a pulled item that nobody works on is missed.
  static constexpr bool kPullsAreHarmless = kIsRange<S>;

  Work(S&& source, F& function, Sink& receiver) : items(std::move(source)), f(function), sink(receiver) {}

  Pull<S> items;
  F& f;
  Sink& sink;
  Workforce* workforce = nullptr;
};

/// The function may have ignored a cancellation; then the worker is to end here, at its next item.
inline bool was_cancelled() noexcept { return running.strand->cancelled(); }

template <class W>
Task<> work_on(W& work) {
  using Item = typename W::Item;
  using Result = typename W::Result;
  for (;;) {
    if (!W::kPullsAreHarmless && was_cancelled()) co_await checkpoint();
    auto item = co_await work.items.next();
    if (!item) break;
    if (W::kPullsAreHarmless && was_cancelled()) co_await checkpoint();
    auto place = work.sink.begin();
    work.workforce->begin_work();
    try {
      if constexpr (std::is_void_v<Result>) {
        co_await call(work.f, pass_item<Item>(item));
        work.sink.put(place);
      } else {
        Result result = co_await call(work.f, pass_item<Item>(item));
        work.sink.put(place, static_cast<Result&&>(result));
      }
    } catch (...) {
      work.sink.failed(place);
    }
    work.workforce->end_work();
  }
}

/// All items, by at most `most` workers; what the sink has made of it.
template <class S, class F, class Sink>
Task<typename Sink::Taken> work_through(S source, F f, Sink sink, std::size_t most, const char* who) {
  Work<S, F, Sink> work(std::move(source), f, sink);
  auto worker = [&](std::size_t) { return work_on(work); };
  Workforce workforce(most, who, worker);
  work.workforce = &workforce;
  co_await workforce;
  co_return sink.take();
}

inline void check_concurrency(std::size_t most, const char* call) {
  if (most == 0) throw RuntimeError(std::string(call) + ": at least one call must be allowed to run");
}

}  // namespace eddy::detail

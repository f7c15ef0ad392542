// SPDX-License-Identifier: MIT
//
// How map_concurrent, process_batch and produce_consume go through their items: workers that pull the next one whenever
// they have finished one, so that no item costs a task, and nothing waits in a list.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "eddy/base/count.h"
#include "eddy/base/error.h"
#include "eddy/base/invoke.h"
#include "eddy/combine/workforce.h"
#include "eddy/iter/collect.h"
#include "eddy/iter/pull.h"
#include "eddy/time/sleep.h"

namespace eddy::detail {

/// What workers share. The Sink is told of each item: `begin()` when it was pulled, in order, which gives its place;
/// `put(place, result…)`; or `failed(place)` from a catch block, which throws on, unless errors are results.
template <class S, class Sink>
struct Work {
  using Item = typename Pull<S>::Item;

  Work(S&& source, Sink& receiver) : items(std::move(source)), sink(receiver) {}

  Pull<S> items;
  Sink& sink;
  Workforce* workforce = nullptr;
};

/// The function may have ignored a cancellation; then the worker is to end here: at its next item or, if that would be
/// missed, before it.
inline bool was_cancelled() noexcept { return running.strand->cancelled(); }

template <class S, class Sink, class Call>
Task<> work_on(Work<S, Sink>& work, Call f) {
  using Item = typename Work<S, Sink>::Item;
  using Result = settled_t<Call, Item>;
  for (;;) {
    if (!kIsRange<S> && was_cancelled()) co_await checkpoint();
    auto item = co_await work.items.next();
    if (!item) break;
    if (kIsRange<S> && was_cancelled()) co_await checkpoint();
    auto place = work.sink.begin();
    work.workforce->begin_work();
    try {
      if constexpr (std::is_void_v<Result>) {
        co_await call(f, pass_item<Item>(item));
        work.sink.put(place);
      } else {
        Result result = co_await call(f, pass_item<Item>(item));
        work.sink.put(place, static_cast<Result&&>(result));
      }
    } catch (...) {
      work.sink.failed(place);
    }
    work.workforce->end_work();
  }
}

/// A worker's function: the user's, with the worker's number as its last argument if it takes one there.
template <class F, bool kNumbered>
class WorkerCall {
 public:
  WorkerCall(F& f, std::size_t number) noexcept : f_(&f), number_(number) {}

  template <class Item>
  decltype(auto) operator()(Item&& item) const {
    if constexpr (kNumbered) {
      return detail::invoke(*f_, std::forward<Item>(item), number_);
    } else {
      return detail::invoke(*f_, std::forward<Item>(item));
    }
  }

 private:
  F* f_;
  std::size_t number_;
};

/// All items, by at most `most` workers; what the sink has made of it.
template <bool kNumbered = false, class S, class F, class Sink>
Task<typename Sink::Taken> work_through(S source, F f, Sink sink, std::size_t most, const char* who) {
  Work<S, Sink> work(std::move(source), sink);
  auto worker = [&](std::size_t number) { return work_on(work, WorkerCall<F, kNumbered>(f, number)); };
  Workforce workforce(most, who, worker);
  work.workforce = &workforce;
  co_await workforce;
  co_return sink.take();
}

inline void check_concurrency(std::size_t most, const char* call) {
  if (!is_count(most)) throw RuntimeError(std::string(call) + ": at least one call must be allowed to run");
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// What `map_unordered`, `buffer` and `chunk_within` share: workers that are ahead of the consumer, but not far.
//
// 1. An item holds one permit of `room` from before it is pulled until its result was handed out: so there are never
//    more of them than `limit`.
// 2. A worker is idle, or has an item. Nobody is hired while somebody is idle, nor once one has failed.
#pragma once

#include <cstddef>
#include <deque>
#include <type_traits>
#include <utility>

#include "eddy/iter/detail/crew.h"
#include "eddy/iter/detail/stage.h"
#include "eddy/iter/pull.h"
#include "eddy/sync/semaphore.h"

namespace eddy::detail {

/// A value on its way through a container: references as pointers.
template <class Item>
using parcel_t = std::conditional_t<std::is_reference_v<Item>, std::add_pointer_t<Item>, Item>;

template <class Item, class R>
auto make_parcel(R&& result) {
  if constexpr (std::is_reference_v<Item>) {
    return address_of(result);
  } else {
    return std::forward<R>(result);
  }
}
template <class Item>
Item&& open_parcel(parcel_t<Item>& parcel) noexcept {
  if constexpr (std::is_reference_v<Item>) {
    return static_cast<Item&&>(*parcel);
  } else {
    return std::move(parcel);
  }
}

template <class S, class F>
struct Ahead : Board {
  using Pulled = typename Pull<S>::Item;
  using Result = settled_t<F, Pulled>;
  using Item = unit_if_void_t<Result>;

  Ahead(S&& s, F&& function, std::size_t workers_most, std::size_t limit)
      : source(std::move(s)), f(std::move(function)), most(workers_most), room(limit) {}

  void put(Item&& result) {
    ready.push_back(make_parcel<Item>(std::forward<Item>(result)));
    changed.notify();
  }
  parcel_t<Item> take() {
    auto parcel = std::move(ready.front());
    ready.pop_front();
    room.release();
    return parcel;
  }
  /// Nothing will come any more.
  bool ended() const noexcept { return failed || crew->kids.empty(); }
  /// A worker, which may have ignored a cancellation, is to go on.
  bool goes_on() const noexcept { return crew && !failed && !running.strand->cancelled(); }

  void begin_work() {
    if (--idle == 0 && workers.size() < most && crew && !failed) hire();
  }
  void hire();

  Pull<S> source;
  F f;
  std::size_t most;
  Semaphore room;
  std::size_t idle = 0;
  std::deque<TaskHandle<>> workers;
  std::deque<parcel_t<Item>> ready;  ///< results that nobody has taken
};

template <class S, class F>
Task<> run_ahead(Shared<Ahead<S, F>> ahead) {
  using A = Ahead<S, F>;
  while (ahead->goes_on()) {
    auto permit = co_await ahead->room.acquire();
    auto item = co_await ahead->source.next();
    if (!item) break;
    ahead->begin_work();
    if constexpr (std::is_void_v<typename A::Result>) {
      co_await call(ahead->f, pass_item<typename A::Pulled>(item));
      ahead->put(Unit{});
    } else {
      using Result = typename A::Result;
      Result result = co_await call(ahead->f, pass_item<typename A::Pulled>(item));
      ahead->put(static_cast<Result&&>(result));
    }
    permit.forget();
    ++ahead->idle;
  }
}

template <class S, class F>
void Ahead<S, F>::hire() {
  ++idle;
  workers.push_back(crew->spawn(run_ahead(Shared<Ahead>(this))));
}

/// Throws what the first worker that failed has thrown.
template <class A>
Task<> rethrow_failure(A& ahead) {
  for (auto& worker : ahead.workers) {
    if (&worker.state() == ahead.failed) co_await worker;
  }
}

template <class S, class F, class Item = typename Ahead<S, F>::Item>
AsyncGenerator<Item> items_from_ahead(S source, F f, std::size_t workers, std::size_t limit) {
  Shared ahead(new Ahead<S, F>(std::move(source), std::move(f), workers, limit));
  Crew crew(*ahead);
  ahead->hire();
  for (;;) {
    while (ahead->ready.empty() && !ahead->ended()) co_await ahead->changed.wait();
    if (ahead->ready.empty()) break;
    auto parcel = ahead->take();
    co_yield open_parcel<Item>(parcel);
  }
  co_await rethrow_failure(*ahead);
}

/// In the place of a function: the items as they are.
template <class Item>
struct AsItIs {
  Item operator()(Item&& item) const { return static_cast<Item&&>(item); }
};

}  // namespace eddy::detail

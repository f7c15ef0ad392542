// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>

#include "eddy/base/count.h"
#include "eddy/base/error.h"
#include "eddy/iter/detail/crew.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

/// What a map_async and its children share.
///
/// 1. `window` holds the children that were started and whose results were not handed out, in input order: never more
/// than
///    `limit`.
/// 2. The feeder, a child as well, pulls the source and starts the others, so that a source that takes its time does
/// not
///    keep back results that are there.
template <class S, class F, class Result>
struct Mapping : Board {
  Mapping(S&& s, F&& function, std::size_t most) : source(std::move(s)), f(std::move(function)), limit(most) {}

  S source;
  F f;
  std::size_t limit;
  std::deque<TaskHandle<Result>> window;
  Signal room;  ///< for the feeder
};

/// A child's call of `f`, which it keeps alive.
template <class M, class F>
class MappingCall {
 public:
  explicit MappingCall(const Shared<M>& mapping) noexcept : mapping_(mapping) {}
  template <class Item>
  decltype(auto) operator()(Item&& item) const {
    return detail::invoke(mapping_->f, std::forward<Item>(item));
  }

 private:
  Shared<M> mapping_;
};

template <class M, class F>
struct ParametersOf<MappingCall<M, F>> : ParametersOf<F> {};

template <class S, class F, class Result>
Task<> feed(Shared<Mapping<S, F, Result>> mapping) {
  using M = Mapping<S, F, Result>;
  for (;;) {
    while (mapping->window.size() >= mapping->limit && !mapping->failed) co_await mapping->room.wait();
    if (mapping->failed) break;
    auto item = co_await mapping->source.next();
    if (!item || !mapping->crew) break;
    MappingCall<M, F> call(mapping);
    mapping->window.push_back(mapping->crew->spawn(std::move(call), pass_item<typename S::Item>(item)));
    mapping->changed.notify();
  }
}

template <class S, class F, class Result>
AsyncGenerator<unit_if_void_t<Result>> map_async_items(S source, F f, std::size_t limit) {
  Shared mapping(new Mapping<S, F, Result>(std::move(source), std::move(f), limit));
  Crew crew(*mapping);
  auto feeder = crew.spawn(feed(mapping));
  for (;;) {
    while (mapping->window.empty() && !feeder.done()) co_await mapping->changed.wait();
    if (mapping->window.empty()) break;
    if constexpr (std::is_void_v<Result>) {
      co_await std::move(mapping->window.front());
      mapping->window.pop_front();
      mapping->room.notify();
      const Unit unit;
      co_yield unit;
    } else {
      Result result = co_await std::move(mapping->window.front());
      mapping->window.pop_front();
      mapping->room.notify();
      co_yield static_cast<Result&&>(result);
    }
  }
  co_await feeder;  // throws what the source has thrown
}

struct MapAsyncFn {
  template <class F>
  auto operator()(F&& f, std::size_t concurrency) const {
    check_closure<F>();
    if (!is_count(concurrency))
      throw RuntimeError("map_async(f, n): n must be 1 or more: at least one call must be allowed to run");
    auto make = [f = std::decay_t<F>(std::forward<F>(f)), concurrency]<class S>(S source) mutable {
      using Kept = kept_item_t<S>;
      using Function = std::decay_t<F>;
      static_assert(
          std::is_invocable_v<Function&, Kept>,
          "eddy: map_async's function is called with an item that its task keeps: take it by value or const&");
      static_assert(kCallAwaits<Function, Kept>,
                    "eddy: map_async needs a function that returns an awaitable; for a plain function use map");
      return map_async_items<S, Function, settled_t<Function, Kept>>(std::move(source), std::move(f), concurrency);
    };
    return Stage<decltype(make)>(std::move(make));
  }
};

}  // namespace detail

namespace iter {

/// `source | map_async(f, n)`: `f(item)` for each item, up to n under way at a time, results in the order of the items.
/// A result counts until it was taken, so that a slow consumer is not run ahead of.
///
/// Each call is a task of its own with a copy of its item; nothing starts before the first `next()`. The first error,
/// in the order of the items, comes out of `next()` and cancels the calls behind it. Left early, what still runs is
/// cancelled, and the current task ends only after it: until then the function may be at work, and a source given as an
/// lvalue may be in use, so neither may refer to what is gone by then. An owned source (an rvalue) is safe.
inline constexpr eddy::detail::MapAsyncFn map_async{};

}  // namespace iter
}  // namespace eddy

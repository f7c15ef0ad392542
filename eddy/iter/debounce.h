// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eddy/iter/detail/crew.h"
#include "eddy/iter/detail/stage.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace detail {

/// What a debounce and the task that pulls its source share.
template <class Item>
struct Burst : Board {
  std::optional<Item> latest;
  TimePoint came;

  template <class I>
  void put(I&& item) {
    bool first = !latest;
    latest.emplace(std::forward<I>(item));
    came = now();
    if (first) changed.notify();
  }
};

template <class S>
Task<> pull_burst(Shared<Burst<kept_item_t<S>>> burst, S source) {
  while (auto item = co_await source.next()) burst->put(pass_item<typename S::Item>(item));
}

template <class S, class Item = kept_item_t<S>>
AsyncGenerator<Item> debounced_items(S source, Duration quiet) {
  Shared burst(new Burst<Item>());
  Crew crew(*burst);
  auto puller = crew.spawn(pull_burst<S>(burst, std::move(source)));
  for (;;) {
    while (!burst->latest && !puller.done()) co_await burst->changed.wait();
    if (!burst->latest) break;
    while (!puller.done() && now() < later(burst->came, quiet)) {
      co_await try_for(burst->changed.wait(), later(burst->came, quiet) - now());
    }
    Item item = *std::exchange(burst->latest, std::nullopt);
    co_yield std::move(item);
  }
  co_await puller;  // throws what the source has thrown
}

struct DebounceFn {
  template <class Rep, class Period>
  auto operator()(std::chrono::duration<Rep, Period> quiet) const {
    auto make = [quiet = Duration(to_nanos(quiet))]<class S>(S source) {
      return debounced_items<S>(std::move(source), quiet);
    };
    return Stage<decltype(make)>(make);
  }
  void operator()(NoUnit auto) const = delete;  // eddy: a number has no unit: write debounce(300ms)
};

}  // namespace detail

namespace iter {

/// `source | debounce(300ms)`: the last item of each burst: an item is handed out when so much time has passed without
/// a newer one, which replaces it. When the source ends, the item that waits is handed out at once.
///
/// A task of its own pulls the source as fast as items come, also while nobody asks: a slow consumer gets the newest.
/// An error of the source comes out of `next()` after the item before it. Left early, as for `map_async`.
inline constexpr eddy::detail::DebounceFn debounce{};

}  // namespace iter
}  // namespace eddy

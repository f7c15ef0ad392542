// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>

#include "eddy/iter/chain.h"
#include "eddy/iter/detail/crew.h"
#include "eddy/iter/detail/stage.h"

namespace eddy {
namespace detail {

/// What a merge and the tasks that pull its sources share. Each source is one item ahead at most.
template <class Item, std::size_t kSources>
struct Merging : Board {
  struct Lane {
    std::conditional_t<std::is_reference_v<Item>, std::add_pointer_t<Item>, std::optional<Item>> item{};
    Signal taken;
  };

  Lane lanes[kSources];
  std::deque<Lane*> arrived;

  void put(Lane& lane, Item&& item) {
    if constexpr (std::is_reference_v<Item>) {
      lane.item = address_of(item);
    } else {
      lane.item.emplace(std::move(item));
    }
    arrived.push_back(&lane);
    changed.notify();
  }
};

template <class S, class Item, std::size_t kSources>
Task<> pull_lane(Shared<Merging<Item, kSources>> merging, S source, std::size_t index) {
  auto& lane = merging->lanes[index];
  while (auto item = co_await source.next()) {
    merging->put(lane, pass_item<typename S::Item>(item));
    while (lane.item) co_await lane.taken.wait();
  }
}

template <class Item, class... S>
AsyncGenerator<Item> merge_items(S... sources) {
  Shared merging(new Merging<Item, sizeof...(S)>());
  Crew crew(*merging);
  TaskHandle<> pullers[sizeof...(S)];
  std::size_t index = 0;
  ((pullers[index] = crew.spawn(pull_lane<S>(merging, std::move(sources), index)), ++index), ...);
  for (;;) {
    while (merging->arrived.empty() && !merging->failed && !crew.kids.empty()) co_await merging->changed.wait();
    if (merging->arrived.empty()) break;
    auto* lane = merging->arrived.front();
    merging->arrived.pop_front();
    auto item = std::exchange(lane->item, {});
    lane->taken.notify();
    co_yield pass_item<Item>(item);
  }
  for (auto& puller : pullers) {
    if (puller.done()) co_await puller;  // throws what its source has thrown
  }
}

struct MergeFn {
  template <iter::Source... S>
    requires(sizeof...(S) > 0)
  auto operator()(S&&... sources) const {
    return merge_items<common_item_t<source_t<S>...>>(as_source(std::forward<S>(sources))...);
  }
};

}  // namespace detail

namespace iter {

/// `merge(a, b, …)`: the items of all sources as they come.
///
/// Each source is pulled by a task of its own, one item ahead. The first error comes out of `next()` once the items
/// before it were handed out, and cancels the others. Left early, as for `map_async`.
inline constexpr eddy::detail::MergeFn merge{};

}  // namespace iter
}  // namespace eddy

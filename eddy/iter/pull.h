// SPDX-License-Identifier: MIT
//
// Advanced: one source for several workers.
#pragma once

#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/iter/async_iterable.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/queue_core.h"

namespace eddy::detail {

/// Whether several may wait in a source's `next()` at the same time, and what it hands out stays while others do: so
/// for queues, and for ranges, unless their elements are gone with the next step.
template <class S>
inline constexpr bool kSharable = false;
template <class Q>
  requires std::is_base_of_v<QueueCore, Q>
inline constexpr bool kSharable<SourceRef<Q>> = true;
template <class R>
inline constexpr bool kSharable<RangeSource<R>> =
    !std::is_reference_v<typename RangeSource<R>::Item> ||
    std::forward_iterator<decltype(range_begin(std::declval<std::remove_reference_t<R>&>()))>;

template <class S>
inline constexpr bool kIsRange = false;
template <class R>
inline constexpr bool kIsRange<RangeSource<R>> = true;

/// A source that any number of workers pull: `co_await pull.next()`, an optional or a pointer. An item goes to one of
/// them. `Item` says how it is passed on: elements of a range given as an lvalue as references, all else as values.
template <class S>
class Pull {
 public:
  using Item = std::conditional_t<kSharable<S>, typename S::Item, kept_item_t<S>>;

  explicit Pull(S&& source) : source_(std::move(source)) {}

  auto next() {
    if constexpr (kSharable<S>) {
      return source_.next();
    } else {
      return next_in_turn();
    }
  }

 private:
  Task<std::optional<Item>> next_in_turn() {
    auto turn = co_await turn_.acquire();
    auto item = co_await source_.next();
    if (!item) co_return std::nullopt;
    co_return std::optional<Item>(pass_item<typename S::Item>(item));
  }

  S source_;
  Lock turn_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

#include "eddy/flow/detail/key.h"

namespace eddy::detail {

/// A table of at most so many values; the one that was not used the longest goes first.
///
/// 1. `order_` has every value, the one used last in front; `places_` finds it there.
template <class Key, class Value>
class Lru {
 public:
  explicit Lru(std::size_t most) : most_(most) {}

  /// Uses a value; null if there is none.
  template <class K>
  Value* find(const K& key) {
    auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &found->second->second;
  }
  /// Looks at it without using it.
  template <class K>
  const Value* peek(const K& key) const {
    auto found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second->second;
  }

  /// Adds or replaces a value, as the one used last; how many had to go for it.
  std::size_t put(Key key, Value value) {
    Order gone;
    if (auto found = places_.find(key); found != places_.end()) gone = take_out(found);
    Order fresh;  // not one of us before it can be found
    fresh.emplace_front(std::move(key), std::move(value));
    places_.emplace(fresh.front().first, fresh.begin());
    order_.splice(order_.begin(), fresh);
    return shrink();
  }
  template <class K>
  void erase(const K& key) {
    auto found = places_.find(key);
    if (found == places_.end()) return;
    const auto gone = take_out(found);
  }
  void clear() {
    places_.clear();
    const auto gone = std::exchange(order_, {});
  }
  std::size_t size() const noexcept { return order_.size(); }

 private:
  using Order = std::list<std::pair<Key, Value>>;
  using Places = std::unordered_map<Key, typename Order::iterator, KeyHash<Key>, KeyEqual<Key>>;

  // What goes dies last, because its destructor may come back to us.
  Order take_out(typename Places::iterator found) {
    Order gone;
    gone.splice(gone.begin(), order_, found->second);
    places_.erase(found);
    return gone;
  }
  std::size_t shrink() {
    std::size_t evicted = 0;
    for (; order_.size() > most_; ++evicted) const auto gone = take_out(places_.find(order_.back().first));
    return evicted;
  }

  std::size_t most_;
  Order order_;
  Places places_;
};

}  // namespace eddy::detail

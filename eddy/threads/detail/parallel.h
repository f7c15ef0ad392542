// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/core/awaitable.h"
#include "eddy/core/body.h"
#include "eddy/threads/detail/parallel_op.h"

namespace eddy::detail {

template <class R>
using iterator_of_t = decltype(std::begin(std::declval<R&>()));

/// The items of a parallel loop, by index: a range given as an lvalue is referred to, an rvalue is kept, and one that
/// has no random access is copied into a vector first.
template <class R, bool kRandomAccess = std::random_access_iterator<iterator_of_t<R>>>
class ParallelItems {
 public:
  explicit ParallelItems(R&& items) : items_(std::forward<R>(items)) {}
  std::size_t prepare() { return static_cast<std::size_t>(std::end(items_) - std::begin(items_)); }
  decltype(auto) operator[](std::size_t i) {
    return std::begin(items_)[static_cast<std::iter_difference_t<iterator_of_t<R>>>(i)];
  }

 private:
  R items_;  // a reference for an lvalue
};

template <class R>
class ParallelItems<R, false> {
 public:
  explicit ParallelItems(R&& items) : items_(std::forward<R>(items)) {}
  std::size_t prepare() {
    for (auto&& item : items_) copies_.push_back(std::forward<decltype(item)>(item));
    return copies_.size();
  }
  auto& operator[](std::size_t i) { return copies_[i]; }

 private:
  R items_;
  std::vector<std::iter_value_t<iterator_of_t<R>>> copies_;
};

/// Numbers from `begin` on, or what an iterator points to.
template <class I>
class ParallelSpan {
 public:
  ParallelSpan(I begin, I end) : begin_(begin), end_(end) {}
  std::size_t prepare() {
    if (!(begin_ < end_)) return 0;
    if constexpr (std::integral<I>) {  // the difference may be more than an I can hold
      using Unsigned = std::make_unsigned_t<I>;
      return static_cast<Unsigned>(static_cast<Unsigned>(end_) - static_cast<Unsigned>(begin_));
    } else {
      return static_cast<std::size_t>(end_ - begin_);
    }
  }
  decltype(auto) operator[](std::size_t i) {
    if constexpr (std::integral<I>) {
      using Unsigned = std::make_unsigned_t<I>;
      return static_cast<I>(static_cast<Unsigned>(static_cast<Unsigned>(begin_) + static_cast<Unsigned>(i)));
    } else {
      return begin_[static_cast<std::iter_difference_t<I>>(i)];
    }
  }

 private:
  I begin_, end_;
};

/// Room for results that threads write side by side. A plain vector where that can be.
template <class R,
          bool kPlain = std::is_default_constructible_v<R> && std::is_move_assignable_v<R> && !std::is_same_v<R, bool>>
class ParallelResults {
 public:
  void resize(std::size_t count) { values_.resize(count); }
  template <class Make>
  void put(std::size_t i, Make make) {
    values_[i] = make();
  }
  std::vector<R> take() { return std::move(values_); }

 private:
  std::vector<R> values_;
};

template <class R>
class ParallelResults<R, false> {
 public:
  void resize(std::size_t count) { values_ = std::vector<std::optional<R>>(count); }
  template <class Make>
  void put(std::size_t i, Make make) {
    values_[i].emplace(make());
  }
  std::vector<R> take() {
    std::vector<R> all;
    all.reserve(values_.size());
    for (auto& value : values_) all.push_back(std::move(*value));
    values_.clear();
    return all;
  }

 private:
  std::vector<std::optional<R>> values_;
};

template <class Items, class F>
class [[nodiscard("co_await it")]] PoolForEach final : public ParallelOp, public AwaitLeaf<PoolForEach<Items, F>> {
 public:
  template <class G>
  PoolForEach(PoolRef pool, Items items, G&& f)
      : ParallelOp(std::move(pool)), items_(std::move(items)), f_(std::forward<G>(f)) {}
  PoolForEach(PoolForEach&&) = default;
  void take() { check(); }

 private:
  std::size_t prepare() override { return items_.prepare(); }
  void body(std::size_t begin, std::size_t end) override {
    for_each(begin, end, [this](std::size_t i) { static_cast<void>(f_(items_[i])); });
  }
  Items items_;
  F f_;
};

template <class Items, class F>
class [[nodiscard("co_await it")]] PoolMap final : public ParallelOp, public AwaitLeaf<PoolMap<Items, F>> {
  using Result = std::decay_t<decltype(std::declval<F&>()(std::declval<Items&>()[0]))>;
  static_assert(!std::is_void_v<Result>, "eddy: map needs a function that returns something: see parallel_for");
  static_assert(!kAwaitable<Result>,
                "eddy: threads run plain functions: for coroutines see iter::map_async and gather");

 public:
  template <class G>
  PoolMap(PoolRef pool, Items items, G&& f)
      : ParallelOp(std::move(pool)), items_(std::move(items)), f_(std::forward<G>(f)) {}
  PoolMap(PoolMap&&) = default;
  std::vector<Result> take() {
    check();
    return results_.take();
  }

 private:
  std::size_t prepare() override {
    std::size_t count = items_.prepare();
    results_.resize(count);
    return count;
  }
  void body(std::size_t begin, std::size_t end) override {
    for_each(begin, end, [this](std::size_t i) { results_.put(i, [&]() -> Result { return f_(items_[i]); }); });
  }
  Items items_;
  F f_;
  ParallelResults<Result> results_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "eddy/core/body.h"
#include "eddy/core/task.h"
#include "eddy/iter/async_iterable.h"
#include "eddy/iter/detail/call.h"

namespace eddy {
namespace detail {

template <class S>
Task<std::vector<kept_item_t<S>>> collect_items(S source) {
  std::vector<kept_item_t<S>> all;
  while (auto item = co_await source.next()) all.push_back(pass_item<typename S::Item>(item));
  co_return all;
}

template <class S, class F>
Task<> each_item(S source, F f) {
  while (auto item = co_await source.next()) co_await call(f, pass_item<typename S::Item>(item));
}

template <class S, class T, class F>
Task<T> fold_items(S source, T value, F f) {
  while (auto item = co_await source.next()) {
    value = co_await call(f, std::move(value), pass_item<typename S::Item>(item));
  }
  co_return value;
}

template <class S, class F, class T = kept_item_t<S>>
Task<std::optional<T>> reduce_items(S source, F f) {
  std::optional<T> value;
  while (auto item = co_await source.next()) {
    if (!value) {
      value.emplace(pass_item<typename S::Item>(item));
    } else {
      *value = co_await call(f, std::move(*value), pass_item<typename S::Item>(item));
    }
  }
  co_return value;
}

template <class S, class T = kept_item_t<S>>
Task<std::optional<T>> first_item(S source) {
  std::optional<T> found;
  auto item = co_await source.next();
  if (item) found.emplace(pass_item<typename S::Item>(item));
  co_return found;
}

template <class S>
Task<std::size_t> count_items(S source) {
  std::size_t count = 0;
  while (auto item = co_await source.next()) ++count;
  co_return count;
}

struct CollectFn {
  template <iter::Source S>
  auto operator()(S&& source) const {
    return collect_items(as_source(std::forward<S>(source)));
  }
};
struct ForEachFn {
  template <iter::Source S, class F>
  auto operator()(S&& source, F&& f) const {
    check_closure<F>();
    return each_item<source_t<S>, std::decay_t<F>>(as_source(std::forward<S>(source)), std::forward<F>(f));
  }
};
struct FoldFn {
  template <iter::Source S, class T, class F>
  auto operator()(S&& source, T initial, F&& f) const {
    check_closure<F>();
    return fold_items<source_t<S>, T, std::decay_t<F>>(as_source(std::forward<S>(source)), std::move(initial),
                                                       std::forward<F>(f));
  }
};
struct ReduceFn {
  template <iter::Source S, class F>
  auto operator()(S&& source, F&& f) const {
    check_closure<F>();
    return reduce_items<source_t<S>, std::decay_t<F>>(as_source(std::forward<S>(source)), std::forward<F>(f));
  }
};
struct FirstFn {
  template <iter::Source S>
  auto operator()(S&& source) const {
    return first_item(as_source(std::forward<S>(source)));
  }
};
struct CountFn {
  template <iter::Source S>
  auto operator()(S&& source) const {
    return count_items(as_source(std::forward<S>(source)));
  }
};

}  // namespace detail

namespace iter {

/// `co_await collect(source)`: all items, as a vector. Python's `[x async for x in source]`.
inline constexpr eddy::detail::CollectFn collect{};

/// `co_await for_each(source, f)`: calls `f(item)` for each, awaiting what it returns if that is awaitable.
inline constexpr eddy::detail::ForEachFn for_each{};

/// `co_await fold(source, initial, f)`: `value = f(value, item)` over all items, starting from `initial`.
inline constexpr eddy::detail::FoldFn fold{};

/// `co_await reduce(source, f)`: the same starting from the first item; nothing if there is none.
inline constexpr eddy::detail::ReduceFn reduce{};

/// `co_await first(source)`: the first item, or nothing. A source given as an lvalue goes on from there.
inline constexpr eddy::detail::FirstFn first{};

/// `co_await count(source)`: how many items there are.
inline constexpr eddy::detail::CountFn count{};

}  // namespace iter
}  // namespace eddy

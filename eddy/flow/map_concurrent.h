// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/combine/gather.h"
#include "eddy/flow/detail/sinks.h"
#include "eddy/flow/detail/work.h"

namespace eddy {
namespace detail {

/// What the items are passed on as.
template <class I>
using work_item_t = typename Pull<source_t<I>>::Item;

template <class I, class F>
constexpr void check_work() {
  using Function = std::decay_t<F>;
  static_assert(std::is_invocable_v<Function&, work_item_t<I>>,
                "eddy: this function cannot be called with an item: elements of a range given as an lvalue are passed "
                "as they are, all others as rvalues (take them by value or const&)");
  if constexpr (std::is_invocable_v<Function&, work_item_t<I>>) {
    static_assert(kCallAwaits<Function, work_item_t<I>>,
                  "eddy: calls run side by side only if the function returns an awaitable, such as a Task; for a plain "
                  "function use a loop, or ThreadPool::map if it takes long");
    check_closure<F>();
  }
}

/// How many items there will be, for a bar, where the source knows.
template <class S>
std::optional<std::size_t> total_of(const S& source) {
  if constexpr (requires { source.size(); }) {
    return source.size();
  } else {
    return std::nullopt;
  }
}

template <class S, class F, class Sink>
auto map_work(S source, F f, Sink sink, std::size_t most, const char* who) {
  return work_through(std::move(source), std::move(f), std::move(sink), most, who);
}

template <class S, class F, class Sink>
auto map_work(S source, F f, Sink sink, std::size_t most, const char* who, Progress& bar) {
  if (auto total = total_of(source)) bar.expect(*total);
  return work_through(std::move(source), std::move(f), WithBar(std::move(sink), LentBar(&bar)), most, who);
}

template <class S, class F, class Sink>
auto map_work(S source, F f, Sink sink, std::size_t most, const char* who, Progress&& bar) {
  if (auto total = total_of(source)) bar.expect(*total);
  return work_through(std::move(source), std::move(f), WithBar(std::move(sink), std::move(bar)), most, who);
}

template <class I, class F>
using sink_for_t = SinkFor<settled_t<std::decay_t<F>, work_item_t<I>>>;

// `bar...`: a Progress, or nothing.
struct MapConcurrentFn {
  template <iter::Source I, class F, class... Bar>
  auto operator()(I&& items, F&& f, std::size_t most, Bar&&... bar) const {
    check_work<I, F>();
    check_concurrency(most, "map_concurrent(items, f, n): n must be 1 or more");
    return map_work(as_source(std::forward<I>(items)), std::decay_t<F>(std::forward<F>(f)),
                    typename sink_for_t<I, F>::Values(), most, "map_concurrent", std::forward<Bar>(bar)...);
  }
  template <iter::Source I, class F, class... Bar>
  auto operator()(ReturnExceptions, I&& items, F&& f, std::size_t most, Bar&&... bar) const {
    check_work<I, F>();
    check_concurrency(most, "map_concurrent(return_exceptions, items, f, n): n must be 1 or more");
    return map_work(as_source(std::forward<I>(items)), std::decay_t<F>(std::forward<F>(f)),
                    typename sink_for_t<I, F>::Errors(), most, "map_concurrent", std::forward<Bar>(bar)...);
  }
};

struct ForEachConcurrentFn {
  template <iter::Source I, class F, class... Bar>
  auto operator()(I&& items, F&& f, std::size_t most, Bar&&... bar) const {
    check_work<I, F>();
    check_concurrency(most, "for_each_concurrent(items, f, n): n must be 1 or more");
    return map_work(as_source(std::forward<I>(items)), std::decay_t<F>(std::forward<F>(f)), Discarded(), most,
                    "for_each_concurrent", std::forward<Bar>(bar)...);
  }
};

}  // namespace detail

/// `auto pages = co_await map_concurrent(urls, fetch, 10)`: `f(item)` for each item, at most ten calls under way at a
/// time; a vector of the results, in the order of the items, or nothing if `f` gives nothing. aiometer's `run_all`.
///
/// `items` is a range, or anything with `next()`: an lvalue is used in place and must outlive the call, an rvalue is
/// kept; an item is pulled only when it is its turn. Beyond the results it needs room for ten calls, however many items
/// there are. The calls are branches of the current task, as in a `gather`.
///
/// The first error cancels the other calls, waits for them, and is thrown; later ones go to the exception handler. With
/// `return_exceptions` first, every result is an Outcome, and only an error of `items` itself is thrown. Cancelled, it
/// ends when the calls under way have ended. A Progress as the last argument
/// moves by one with each item; one given as an lvalue stays the caller's.
///
/// For results as they come see `iter::map_unordered`, for pauses in between `process_batch`.
inline constexpr detail::MapConcurrentFn map_concurrent{};

/// `co_await for_each_concurrent(items, f, n)`: the same without results.
inline constexpr detail::ForEachConcurrentFn for_each_concurrent{};

}  // namespace eddy

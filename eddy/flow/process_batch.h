// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/flow/batch.h"
#include "eddy/flow/map_concurrent.h"
#include "eddy/iter/async_generator.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace detail {

/// What an item is kept as while it waits in its batch: a pointer where it stays in its range.
template <class Item>
using batched_t = std::conditional_t<std::is_reference_v<Item>, std::add_pointer_t<Item>, Item>;

/// The function, called with what was kept.
template <class F, class Item>
class BatchedCall {
 public:
  explicit BatchedCall(F& f) noexcept : f_(&f) {}
  decltype(auto) operator()(batched_t<Item>&& kept) const {
    if constexpr (std::is_reference_v<Item>) {
      return detail::invoke(*f_, *kept);
    } else {
      return detail::invoke(*f_, std::move(kept));
    }
  }

 private:
  F* f_;
};

/// An error of the items ends the batch that it would have been in.
template <class S, class Kept = batched_t<typename Pull<S>::Item>>
Task<std::vector<Kept>> next_batch(Pull<S>& items, std::size_t size, std::exception_ptr& error) {
  std::vector<Kept> batch;
  try {
    while (batch.size() < size) {
      auto item = co_await items.next();
      if (!item) break;
      if constexpr (std::is_pointer_v<Kept> && std::is_reference_v<typename Pull<S>::Item>) {
        batch.push_back(address_of(*item));
      } else {
        batch.push_back(std::move(*item));
      }
    }
  } catch (...) {
    error = std::current_exception();
  }
  co_return batch;
}

template <class Sink>
struct BatchOf {
  using type = typename Sink::Taken;
};
template <>
struct BatchOf<Discarded> {
  using type = std::vector<Unit>;
};

template <class Sink, class S, class F, class Results = typename BatchOf<Sink>::type>
AsyncGenerator<Results> batch_by_batch(S source, F f, Batch how) {
  using Item = typename Pull<S>::Item;
  using Kept = std::vector<batched_t<Item>>;
  std::optional<Progress> own;
  LentBar bar(how.open_bar(own, total_of(source)));
  Pull<S> items(std::move(source));
  std::exception_ptr error;
  for (bool first = true; !error; first = false) {
    Kept batch = co_await next_batch(items, how.size(), error);
    if (batch.empty()) break;
    if (!first && how.pause() > Duration(0)) co_await sleep(how.pause());
    [[maybe_unused]] const std::size_t count = batch.size();
    auto calls = work_through(RangeSource<Kept>(std::move(batch)), BatchedCall<F, Item>(f), WithBar(Sink(), bar),
                              how.concurrency(), "process_batch");
    if constexpr (std::is_same_v<Sink, Discarded>) {
      co_await std::move(calls);
      Results results(count);
      co_yield std::move(results);
    } else {
      Results results = co_await std::move(calls);
      co_yield std::move(results);
    }
  }
  if (error) std::rethrow_exception(error);
  if (own) own->close();
}

template <class T>
Task<std::vector<T>> join_batches(AsyncGenerator<std::vector<T>> batches) {
  std::vector<T> all;
  while (auto batch = co_await batches.next()) {
    all.insert(all.end(), std::make_move_iterator(batch->begin()), std::make_move_iterator(batch->end()));
  }
  co_return all;
}
inline Task<> join_batches(AsyncGenerator<std::vector<Unit>> batches) {
  while (auto batch = co_await batches.next()) continue;
}

struct BatchesFn {
  template <iter::Source I, class F>
  auto operator()(I&& items, F&& f, Batch how = {}) const {
    check_work<I, F>();
    return start<typename sink_for_t<I, F>::Values>(std::forward<I>(items), std::forward<F>(f), std::move(how));
  }
  template <iter::Source I, class F>
  auto operator()(ReturnExceptions, I&& items, F&& f, Batch how = {}) const {
    check_work<I, F>();
    return start<typename sink_for_t<I, F>::Errors>(std::forward<I>(items), std::forward<F>(f), std::move(how));
  }

 private:
  template <class Sink, class I, class F>
  static auto start(I&& items, F&& f, Batch how) {
    return batch_by_batch<Sink, source_t<I>, std::decay_t<F>>(as_source(std::forward<I>(items)), std::forward<F>(f),
                                                              std::move(how));
  }
};

struct ProcessBatchFn {
  template <iter::Source I, class F>
  auto operator()(I&& items, F&& f, Batch how = {}) const {
    return join_batches(BatchesFn{}(std::forward<I>(items), std::forward<F>(f), std::move(how)));
  }
  template <iter::Source I, class F>
  auto operator()(ReturnExceptions keep, I&& items, F&& f, Batch how = {}) const {
    return join_batches(BatchesFn{}(keep, std::forward<I>(items), std::forward<F>(f), std::move(how)));
  }
};

}  // namespace detail

/// `co_await process_batch(users, update, Batch{}.size(50).concurrency(10).pause(100ms).progress("users"))`: `f(item)`
/// for each item, one batch after the other, with a pause between two; a vector of all results, in order, or nothing if
/// `f` gives nothing.
///
/// A batch begins when the last call of the one before has ended. The items of a batch are pulled together before it
/// begins; an error of `items` comes when those before it have been dealt with. For `items`, `f` and how calls run see
/// `map_concurrent`. The first error stops it: the other calls of its batch are cancelled, no batch begins any more,
/// and the error is thrown as it is. The results of earlier batches are then gone: with `return_exceptions` first
/// nothing stops it and every result is an Outcome; or take them from `batches` as they come.
inline constexpr detail::ProcessBatchFn process_batch{};

/// `auto results = batches(users, update, Batch{}.size(50)); while (auto batch = co_await results.next()) …`: the same
/// as an AsyncGenerator, which gives the results of a batch before it begins the next. For a function that gives
/// nothing they are Units.
inline constexpr detail::BatchesFn batches{};

}  // namespace eddy

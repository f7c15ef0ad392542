// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/combine/gather.h"
#include "eddy/core/signature.h"
#include "eddy/flow/detail/sinks.h"
#include "eddy/flow/detail/work.h"
#include "eddy/flow/workers.h"
#include "eddy/iter/buffer.h"
#include "eddy/sync/queue.h"

namespace eddy {
namespace detail {

/// The queue that a producer takes by reference; void if it cannot be told.
template <class Parameters>
struct QueueTaken {
  using type = void;
};
template <class Q>
  requires std::is_base_of_v<QueueCore, Q>
struct QueueTaken<std::tuple<Q&>> {
  using type = Q;
};
template <class P>
using queue_taken_t = typename QueueTaken<typename ParametersOf<std::decay_t<P>>::type>::type;

/// Whether a consumer wants to know which worker it is.
template <class F, class Item>
inline constexpr bool kNumbered = std::is_invocable_v<F&, Item, std::size_t>;

template <class F, class Item>
constexpr void check_consumer() {
  static_assert(kNumbered<F, Item> || std::is_invocable_v<F&, Item>,
                "eddy: the consumer is called as consumer(item) or consumer(item, number of the worker), with the item "
                "as an rvalue: take it by value or const&");
}

template <class S, class F>
auto consume(S source, F consumer, std::size_t workers) {
  using Item = typename Pull<S>::Item;
  check_consumer<F, Item>();
  constexpr bool numbered = kNumbered<F, Item>;
  return work_through<numbered>(std::move(source), std::move(consumer), Discarded(), workers, "produce_consume");
}

template <class Q, class P, class F>
Task<> through_queue(P producer, F consumer, Workers how) {
  Q queue(how.buffer());
  auto produce = [&]() -> Task<> {
    co_await call(producer, queue);
    queue.shutdown();
  };
  co_await gather(produce(), consume(SourceRef<Q>(queue), std::move(consumer), how.count()));
}

template <class S, class F>
Task<> through_buffer(S source, F consumer, Workers how) {
  if constexpr (kIsRange<S>) {  // is there already
    co_await consume(std::move(source), std::move(consumer), how.count());
  } else {
    auto ahead = items_from_ahead<S, AsItIs<typename Pull<S>::Item>>(std::move(source), {}, 1, how.buffer());
    co_await consume(as_source(std::move(ahead)), std::move(consumer), how.count());
  }
}

struct ProduceConsumeFn {
  template <class P, class F>
  auto operator()(P&& producer, F&& consumer, Workers how = {}) const {
    check_closure<P>();
    check_closure<F>();
    if constexpr (iter::Source<P>) {
      return through_buffer<source_t<P>, std::decay_t<F>>(as_source(std::forward<P>(producer)),
                                                          std::forward<F>(consumer), how);
    } else {
      using Q = queue_taken_t<P>;
      static_assert(!std::is_void_v<Q>,
                    "eddy: the producer is a source of items, or a function that takes a queue and nothing else, such "
                    "as [&](eddy::Queue<Job>& jobs) -> eddy::Task<> { … }: with the type written out");
      return through_queue<Q, std::decay_t<P>, std::decay_t<F>>(std::forward<P>(producer), std::forward<F>(consumer),
                                                                how);
    }
  }
};

}  // namespace detail

/// `co_await produce_consume(producer, consumer, Workers{}.count(3).buffer(10))`: the producer puts items into a queue
/// while workers call `consumer(item)` for each; ends when the producer has ended and every item was dealt with. No
/// sentinel, no `join`, no tasks to cancel.
///
/// The producer is a function that takes the queue, `Task<> producer(eddy::Queue<Job>& jobs)` or a lambda like it, and
/// waits in `put` while the queue is full; a PriorityQueue or LifoQueue will do as well. For several producers `gather`
/// them in one. Or it is a source of items, such as an AsyncGenerator, which is then pulled that far ahead. The
/// consumer may also take the number of its worker, counted from 0, as a second argument: one worker is never in two
/// calls at once.
///
/// The first error, of either side, cancels the other side, waits for it, and is thrown; items that still wait are
/// destroyed, as they are when it is cancelled. Producer and workers are branches of the current task.
/// For results see `map_concurrent`; for consumers that outlive the work, a `Queue` and a `task_group`.
inline constexpr detail::ProduceConsumeFn produce_consume{};

}  // namespace eddy

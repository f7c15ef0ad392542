// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/core/time_point.h"
#include "eddy/sync/waiters.h"
#include "eddy/threads/abandon_on_cancel.h"
#include "eddy/threads/detail/parallel.h"
#include "eddy/threads/detail/pool_ref.h"
#include "eddy/threads/detail/pool_run.h"
#include "eddy/threads/detail/pool_wait.h"
#include "eddy/threads/pool_error.h"

namespace eddy {

/// How a thread pool is made. Fluent: `ThreadPoolOptions{}.threads(4).queue(1000).name("io")`.
class ThreadPoolOptions {
 public:
  ThreadPoolOptions() : name_("eddy-pool") {}
  /// How many functions run at once. As many as the machine has cores unless set.
  ThreadPoolOptions& threads(std::size_t count) noexcept {
    threads_ = count;
    return *this;
  }
  /// How many functions the queue takes; beyond that `run` waits for room first. 0, the default: no bound. Either way
  /// the waiting costs the pool no memory: a function waits in the frame of whoever awaits it.
  ThreadPoolOptions& queue(std::size_t bound) noexcept {
    queue_ = bound;
    return *this;
  }
  /// What its threads are called in debuggers and `top -H` (15 characters), and the pool in messages.
  ThreadPoolOptions& name(std::string text) {
    name_ = std::move(text);
    return *this;
  }

 private:
  friend class ThreadPool;
  std::size_t threads_ = 0;
  std::size_t queue_ = 0;
  std::string name_;
};

/// What an immediate shutdown did not see to its end.
class PoolShutdownReport {
 public:
  PoolShutdownReport(std::size_t discarded, std::vector<std::string> left)
      : discarded_(discarded), left_(std::move(left)) {}
  /// Functions that were queued and never ran; their awaiters got PoolShutDown.
  std::size_t discarded() const noexcept { return discarded_; }
  /// Functions that still run, by where they are awaited. Their threads go on and end with them; their awaiters still
  /// get the result.
  const std::vector<std::string>& left_running() const noexcept { return left_; }
  explicit operator bool() const noexcept { return discarded_ != 0 || !left_.empty(); }
  /// For a log, such as: "2 functions never ran; 1 still runs: a function awaited at app.cpp:40 in crunch".
  std::string message() const;

 private:
  std::size_t discarded_;
  std::vector<std::string> left_;
};

/// Threads for plain functions that block or compute, so that the loop need not. Python's ThreadPoolExecutor.
///
///     ThreadPool pool{4};
///     auto sum = co_await pool.run(sum_chars, text);
///
/// Any number of loops may use one pool. Threads are started as they are needed. Queued first, run first.
///
/// Destroying it (or assigning to it) discards what is queued, whose awaiters get PoolShutDown, asks functions that
/// take a stop token to stop, and blocks until those that run have returned; `aclose`, which `with` calls, lets
/// everything finish and blocks nobody. Abandoned functions (`abandon_on_cancel`) are not waited for. For single
/// functions there is `to_thread`, which has a pool of its own; for code that crashes or leaks, a process pool.
class ThreadPool {
 public:
  /// As many threads as the machine has cores.
  ThreadPool() : ThreadPool(ThreadPoolOptions{}) {}
  template <std::integral N>
  explicit ThreadPool(N threads)
      : ThreadPool(ThreadPoolOptions{}.threads(
            detail::checked_count(threads, 1, "eddy::ThreadPool: the number of threads", "1"))) {}
  explicit ThreadPool(const ThreadPoolOptions& options);
  ThreadPool(ThreadPool&&) noexcept = default;
  ThreadPool& operator=(ThreadPool&& other) noexcept;
  ~ThreadPool();

  /// Calls `f(args...)` in one of the threads; its result, or throws its error, or PoolShutDown. The function and its
  /// arguments are kept (an argument as the parameter's own type, as `create_task` does) until it is over; its context
  /// variables are those of the task, and what it sets stays there.
  ///
  /// Cancelled before the function has begun, it never runs. Once it runs, the await ends when it returns: a function
  /// cannot be interrupted, but one whose first parameter is a `std::stop_token` is told. Its error wins over the
  /// cancellation, its value is dropped. With `abandon_on_cancel` in front nobody waits: the await ends at once, and
  /// the function, which then owns its arguments, ends unseen.
  template <class F, class... Args>
  auto run(F&& f, Args&&... args) const {
    return detail::pool_run(ref(), std::forward<F>(f), std::forward<Args>(args)...);
  }

  /// Calls `f(item)` for every item, in all threads at once; the results in the order of the items. A range given by
  /// its name is referred to, a temporary is kept.
  ///
  /// `f` is one object that all threads call: let it change nothing of its own. The first error is thrown, after the
  /// calls in progress have returned; no new ones begin then, nor after a cancellation.
  template <class Range, class F>
  auto map(Range&& items, F&& f) const {
    detail::check_closure<F>();
    using Items = detail::ParallelItems<Range>;
    return detail::PoolMap<Items, std::decay_t<F>>(ref(), Items(std::forward<Range>(items)), std::forward<F>(f));
  }
  /// The same for its effects: `f(i)` for begin ≤ i < end (or what iterators point to), `f(item)` for each of a range.
  template <class I, class F>
    requires(std::integral<I> || std::random_access_iterator<I>)
  auto parallel_for(I begin, std::type_identity_t<I> end, F&& f) const {
    detail::check_closure<F>();
    using Items = detail::ParallelSpan<I>;
    return detail::PoolForEach<Items, std::decay_t<F>>(ref(), Items(begin, end), std::forward<F>(f));
  }
  template <class Range, class F>
  auto parallel_for(Range&& items, F&& f) const {
    detail::check_closure<F>();
    using Items = detail::ParallelItems<Range>;
    return detail::PoolForEach<Items, std::decay_t<F>>(ref(), Items(std::forward<Range>(items)), std::forward<F>(f));
  }

  /// Waits until nothing is queued and nothing runs. Others may submit meanwhile: then it waits for that too.
  detail::PoolWait drain() const { return {*ref(), false}; }
  /// Takes no more functions from the moment it is awaited, waits until all it has are done, ends the threads.
  /// Cancelled, it stops waiting; the pool stays closed.
  detail::PoolWait aclose() const { return {*ref(), true}; }

  /// Takes no more functions, discards those that are queued, asks those that run to stop, and blocks the calling
  /// thread until they have, `limit` at most. Says what it discarded, and what it left running.
  PoolShutdownReport shutdown_now() { return shutdown(0); }
  template <class Rep, class Period>
  PoolShutdownReport shutdown_now(std::chrono::duration<Rep, Period> limit) {
    return shutdown(detail::to_nanos(limit));
  }

  const std::string& name() const;
  std::size_t threads_max() const;
  /// Functions in the queue; those that wait for room in it; those that run; those abandoned that still run.
  std::size_t queued() const;
  std::size_t waiting() const;
  std::size_t running() const;
  std::size_t abandoned() const;
  /// False once it takes no more functions.
  bool is_open() const;

  /// Advanced: for what runs functions in pools.
  const detail::PoolRef& ref() const;

 private:
  PoolShutdownReport shutdown(detail::Nanos limit);
  void end() noexcept;
  detail::PoolRef core_;
};

}  // namespace eddy

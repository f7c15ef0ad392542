// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/time_point.h"
#include "eddy/sync/queue_core.h"
#include "eddy/sync/queue_store.h"
#include "eddy/threads/detail/thread_safe_queue_core.h"

namespace eddy {

template <class T>
class ThreadSafeQueue;

namespace detail {

template <class T>
class [[nodiscard("co_await it; in a thread without a loop use put_blocking()")]] ThreadSafePut final
    : public ThreadSafePutBase,
      public AwaitLeaf<ThreadSafePut<T>> {
 public:
  template <class... Args>
  ThreadSafePut(ThreadSafeQueue<T>& queue, std::in_place_t in_place, Args&&... args)
      : ThreadSafePutBase(queue), slot_(in_place, std::forward<Args>(args)...) {}
  ThreadSafePut(ThreadSafePut&&) = default;

  Step start(Strand& strand, Cont cont) noexcept {
    item = &slot_;
    return ThreadSafePutBase::start(strand, cont);
  }
  void take() { check_put(end); }

 private:
  QueueEnd deliver() noexcept override { return static_cast<ThreadSafeQueue<T>&>(queue_).store(slot_); }
  Slot<T> slot_;
};

template <class T>
class [[nodiscard("co_await it; in a thread without a loop use get_blocking()")]] ThreadSafeGet final
    : public ThreadSafeGetBase,
      public AwaitLeaf<ThreadSafeGet<T>> {
 public:
  explicit ThreadSafeGet(ThreadSafeQueue<T>& queue) noexcept : ThreadSafeGetBase(queue) {}
  T take() {
    auto& queue = static_cast<ThreadSafeQueue<T>&>(queue_);
    const std::lock_guard lock(queue.lock_);
    if (!claim()) throw_shut_down();
    return queue.remove();
  }
};

template <class T>
class [[nodiscard("co_await it; in a thread without a loop use next_blocking()")]] ThreadSafeNext final
    : public ThreadSafeGetBase,
      public AwaitLeaf<ThreadSafeNext<T>> {
 public:
  explicit ThreadSafeNext(ThreadSafeQueue<T>& queue) noexcept : ThreadSafeGetBase(queue) {}
  std::optional<T> take() {
    auto& queue = static_cast<ThreadSafeQueue<T>&>(queue_);
    const std::lock_guard lock(queue.lock_);
    if (!claim()) return std::nullopt;
    return queue.remove();
  }
};

}  // namespace detail

/// A Queue between threads: tasks of any loop `co_await` its `get()` and `put()`, threads without a loop call
/// `get_blocking()` and `put_blocking()`. First in, first out, and first come, first served among all of them.
///
/// Everything else is as with `Queue`: a `maxsize` makes producers wait; a cancelled get leaves its item in the queue,
/// whenever the cancel comes; a cancelled put has either not put its item, or has; `shutdown` ends it. It must outlive
/// whoever waits. On one loop alone `Queue` is several times faster.
template <class T>
class ThreadSafeQueue final : public detail::ThreadSafeQueueCore {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "eddy: a queue holds values that can be moved; put a pointer, or a std::reference_wrapper, into it");

 public:
  using value_type = T;

  ThreadSafeQueue() : ThreadSafeQueue(0) {}
  template <std::integral N>
  explicit ThreadSafeQueue(N maxsize)
      : detail::ThreadSafeQueueCore(maxsize > N{0} ? static_cast<std::size_t>(maxsize) : 0) {}

  // From tasks.

  /// Waits for room and puts an item. Throws QueueShutDown; then the item is lost.
  detail::ThreadSafePut<T> put(T item) { return {*this, std::in_place, std::move(item)}; }
  template <class... Args>
  detail::ThreadSafePut<T> emplace(Args&&... args) {
    return {*this, std::in_place, std::forward<Args>(args)...};
  }
  /// Waits for an item. Throws QueueShutDown when the queue is shut down and nothing is left.
  detail::ThreadSafeGet<T> get() noexcept { return detail::ThreadSafeGet<T>(*this); }
  /// The same, but nullopt instead: `while (auto item = co_await queue.next())`.
  detail::ThreadSafeNext<T> next() noexcept { return detail::ThreadSafeNext<T>(*this); }

  // From threads without a loop; where one runs they throw RuntimeError instead of blocking it.

  void put_blocking(T item) {
    detail::check_may_block("put_blocking", "put");
    detail::Slot<T> slot(std::in_place, std::move(item));
    detail::ThreadWaiter waiter;
    Lock lock(lock_);
    if (!shut_down_ && !has_room()) {
      waiter.item = &slot;
      wait(putters_, waiter);
      waiter.wait(lock, detail::kForever);
    } else {
      waiter.end = shut_down_ ? detail::QueueEnd::kShutDown : store(slot);
    }
    detail::check_put(waiter.end);
  }
  T get_blocking() {
    std::optional<T> item = next_blocking();
    if (!item) detail::throw_shut_down();
    return *std::move(item);
  }
  /// nullopt when the queue is shut down and nothing is left.
  std::optional<T> next_blocking() {
    detail::check_may_block("next_blocking", "next");
    return block(detail::kForever, false);
  }
  /// nullopt when `limit` has passed; throws QueueShutDown.
  template <class Rep, class Period>
  std::optional<T> get_blocking_for(std::chrono::duration<Rep, Period> limit) {
    detail::check_may_block("get_blocking_for", "get");
    return block(detail::to_nanos(limit), true);
  }

  // From anywhere.

  /// Puts an item now; throws QueueFull, or QueueShutDown.
  void put_nowait(T item) {
    detail::Slot<T> slot(std::in_place, std::move(item));
    const std::lock_guard lock(lock_);
    if (!shut_down_ && !has_room()) throw QueueFull();
    detail::check_put(shut_down_ ? detail::QueueEnd::kShutDown : store(slot));
  }
  /// Takes an item now; throws QueueEmpty, or QueueShutDown when none can come any more.
  T get_nowait() {
    const std::lock_guard lock(lock_);
    if (available_ == 0 && closed()) detail::throw_shut_down();
    if (available_ == 0) throw QueueEmpty();
    --available_;
    return remove();
  }
  /// Takes an item now, if there is one.
  [[nodiscard]] std::optional<T> try_get() {
    const std::lock_guard lock(lock_);
    if (available_ == 0) return std::nullopt;
    --available_;
    return remove();
  }

  /// From now on every put throws QueueShutDown, also those that wait; gets go on until the queue is empty and throw it
  /// then. `immediate` throws the items away.
  void shutdown(bool immediate = false) {
    std::optional<detail::FifoStore<T>> dropped;  // destroyed last, without the lock: items may look at the queue
    const std::lock_guard lock(lock_);
    if (immediate) dropped.emplace(std::move(store_));
    close(immediate);
  }

 private:
  friend class detail::ThreadSafePut<T>;
  friend class detail::ThreadSafeGet<T>;
  friend class detail::ThreadSafeNext<T>;

  // Under the lock.

  detail::QueueEnd store(detail::Slot<T>& slot) noexcept {
    try {
      store_.push(std::move(slot));
    } catch (...) {
      return detail::QueueEnd::kNoMemory;
    }
    added();
    return detail::QueueEnd::kDone;
  }
  /// Moves a promised item out, which makes room.
  T remove() {
    struct Removed {
      ThreadSafeQueue& queue;
      ~Removed() {
        queue.removed();
        queue.admit();
      }
    } removed{*this};
    return store_.pop();
  }
  void admit() noexcept {
    while (has_room() && !putters_.empty()) {
      detail::QueueWaiter& putter = *putters_.pop_front();
      putter.end = store(*static_cast<detail::Slot<T>*>(putter.item));
      grant(putter);
    }
  }
  std::optional<T> block(detail::Nanos limit, bool throws) {
    detail::ThreadWaiter waiter;
    Lock lock(lock_);
    if (!reserve_or_wait(waiter) && !waiter.wait(lock, limit)) {
      getters_.erase(waiter);
      return std::nullopt;
    }
    if (stored_ == available_) {
      if (throws) detail::throw_shut_down();
      return std::nullopt;
    }
    return remove();
  }

  detail::FifoStore<T> store_;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/sync/queue_core.h"
#include "eddy/sync/queue_store.h"

namespace eddy {
namespace detail {

template <class T, class Store>
class BasicQueue;

template <class T, class Store>
class [[nodiscard("co_await it")]] Put final : public PutBase, public AwaitLeaf<Put<T, Store>> {
 public:
  template <class... Args>
  Put(BasicQueue<T, Store>& queue, std::in_place_t in_place, Args&&... args)
      : PutBase(queue), item_(in_place, std::forward<Args>(args)...) {}
  Put(Put&&) = default;

  bool ready() noexcept {
    if (!queue().has_room()) return refused();
    if (!running.spend()) return false;
    deliver();
    return true;
  }
  Step start(Strand& strand, Cont cont) noexcept {
    if (!begin(strand, cont)) return Step::none();
    if (queue().has_room()) {
      deliver();
      grant();
    } else {
      wait_for_room();
    }
    return Step::none();
  }
  void take() { check(); }

 private:
  friend BasicQueue<T, Store>;

  BasicQueue<T, Store>& queue() const noexcept { return static_cast<BasicQueue<T, Store>&>(*queue_); }
  void deliver() noexcept {
    try {
      queue().store(std::move(item_));
    } catch (...) {  // the store could not grow
      end_ = kNoMemory;
    }
  }

  Slot<T> item_;
};

template <class T, class Store>
class [[nodiscard("co_await it")]] Get final : public GetBase, public AwaitLeaf<Get<T, Store>> {
 public:
  explicit Get(BasicQueue<T, Store>& queue) noexcept : GetBase(queue) {}
  T take() {
    if (!claim()) [[unlikely]]
      throw QueueShutDown();
    return static_cast<BasicQueue<T, Store>&>(queue()).remove();
  }
};

template <class T, class Store>
class [[nodiscard("co_await it")]] GetNext final : public GetBase, public AwaitLeaf<GetNext<T, Store>> {
 public:
  explicit GetNext(BasicQueue<T, Store>& queue) noexcept : GetBase(queue) {}
  std::optional<T> take() {
    if (!claim()) [[unlikely]]
      return std::nullopt;
    return static_cast<BasicQueue<T, Store>&>(queue()).remove();
  }
};

/// What Queue, LifoQueue and PriorityQueue have in common; see Queue.
template <class T, class Store>
class BasicQueue : public QueueCore {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>,
                "eddy: a queue holds values that can be moved; put a pointer, or a std::reference_wrapper, into it");

 public:
  using value_type = T;

  ~BasicQueue() = default;

  /// Waits for room and puts an item. Throws QueueShutDown; then the item is lost.
  Put<T, Store> put(const T& item)
    requires std::copy_constructible<T>
  {
    return Put<T, Store>(*this, std::in_place, item);
  }
  Put<T, Store> put(T&& item) { return Put<T, Store>(*this, std::in_place, std::move(item)); }
  /// The same, for an item made in place, now.
  template <class... Args>
  Put<T, Store> emplace(Args&&... args) {
    return Put<T, Store>(*this, std::in_place, std::forward<Args>(args)...);
  }

  /// Waits for an item. Throws QueueShutDown when the queue is shut down and nothing is left.
  Get<T, Store> get() noexcept { return Get<T, Store>(*this); }
  /// The same, but nullopt instead: `while (auto item = co_await queue.next())`.
  GetNext<T, Store> next() noexcept { return GetNext<T, Store>(*this); }

  /// Puts an item now; throws QueueFull, or QueueShutDown, and then leaves `item` as it was.
  void put_nowait(const T& item)
    requires std::copy_constructible<T>
  {
    if (!has_room()) throw_no_room();
    store(Slot<T>(std::in_place, item));
  }
  void put_nowait(T&& item) {
    if (!has_room()) throw_no_room();
    store(Slot<T>(std::in_place, std::move(item)));
  }
  /// Takes an item now; throws QueueEmpty, or QueueShutDown when none can come any more.
  T get_nowait() {
    if (empty()) throw_no_item();
    --available_;
    return remove();
  }
  /// Takes an item now, if there is one.
  [[nodiscard]] std::optional<T> try_get() {
    if (empty()) return std::nullopt;
    --available_;
    return remove();
  }

  /// From now on every put throws QueueShutDown, also those that wait; gets go on until the queue is empty and throw it
  /// then. `immediate` throws the items away, as if they had been taken and dealt with. May be called again.
  void shutdown(bool immediate = false) {
    if (!immediate) return close(false);
    Store dropped(std::move(store_));  // destroyed last: items may look at the queue
    close(true);
  }

 protected:
  template <class... Args>
  explicit BasicQueue(std::size_t maxsize, Args&&... args) : QueueCore(maxsize), store_(std::forward<Args>(args)...) {}

 private:
  friend class Put<T, Store>;
  friend class Get<T, Store>;
  friend class GetNext<T, Store>;

  void store(Slot<T>&& item) {
    store_.push(std::move(item));
    added();
  }

  /// Moves a promised item out, which makes room.
  T remove() {
    Removed removed{*this};
    return store_.pop();
  }
  struct Removed {
    BasicQueue& queue;
    ~Removed() { queue.removed(); }
  };
  void removed() noexcept {
    --stored_;
    if (anybody_wants_room()) return admit();
    if (shut_down_) [[unlikely]]
      close_if_drained();
  }
  void admit() noexcept {
    while (has_room() && anybody_wants_room()) {
      auto& put = static_cast<Put<T, Store>&>(*putters_.pop());
      put.deliver();
      put.grant();
    }
  }

  Store store_;
};

template <std::integral N>
constexpr std::size_t queue_limit(N maxsize) noexcept {
  return maxsize > N{0} ? static_cast<std::size_t>(maxsize) : 0;
}

}  // namespace detail

/// Tasks hand values to each other through it, first in, first out. asyncio's Queue, `shutdown` included.
///
/// With a `maxsize` (0 and less mean none) producers wait while it is full. Fair on both sides: first come, first
/// served, and nobody overtakes who waits, not even `get_nowait`. Holds any type that can be moved; each item is moved
/// twice, in and out, and nothing is allocated once the ring has grown (a type whose move may throw costs an allocation
/// each).
///
/// Cancellation loses nothing: a cancelled get leaves its item in the queue, whenever the cancel comes; a cancelled put
/// has either not put its item, or has and goes on (the cancellation takes effect at the task's next await). Belongs to
/// one loop and must outlive whoever waits at it: for threads see `ThreadSafeQueue`.
template <class T>
class Queue final : public detail::BasicQueue<T, detail::FifoStore<T>> {
 public:
  Queue() : Queue(0) {}
  template <std::integral N>
  explicit Queue(N maxsize) : detail::BasicQueue<T, detail::FifoStore<T>>(detail::queue_limit(maxsize)) {}
};

/// A Queue that gives the newest item first.
template <class T>
class LifoQueue final : public detail::BasicQueue<T, detail::LifoStore<T>> {
 public:
  LifoQueue() : LifoQueue(0) {}
  template <std::integral N>
  explicit LifoQueue(N maxsize) : detail::BasicQueue<T, detail::LifoStore<T>>(detail::queue_limit(maxsize)) {}
};

/// A Queue that gives the smallest item (by `<`) first; another order if `Before` is given: `Before(a, b)` is true when
/// `a` leaves before `b`, and must not throw.
///
/// Not stable: equal items leave in any order. Where that matters, put a counter behind the priority.
template <class T, class Before = detail::Smaller>
class PriorityQueue final : public detail::BasicQueue<T, detail::PriorityStore<T, Before>> {
  using Base = detail::BasicQueue<T, detail::PriorityStore<T, Before>>;

 public:
  PriorityQueue() : PriorityQueue(0) {}
  template <std::integral N>
  explicit PriorityQueue(N maxsize) : Base(detail::queue_limit(maxsize)) {}
  template <std::integral N>
  PriorityQueue(N maxsize, Before before) : Base(detail::queue_limit(maxsize), std::move(before)) {}
};

}  // namespace eddy

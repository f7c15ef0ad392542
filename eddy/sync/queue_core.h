// SPDX-License-Identifier: MIT
//
// 1. `available_` of the `stored_` items are free to take. The others are promised: each belongs to a getter that was
//    granted one, has not run yet, and moves it out when it does. Which item that is, is decided then.
// 2. A getter waits only while nothing is available; a putter waits only while `stored_` has reached `limit_`.
// 3. A waiting putter's item enters the queue in the moment in which room is made. It is not taken back.
// 4. Shut down: `limit_` is 0 and no putter waits. Getters wait only while promised items may still come back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "eddy/sync/event.h"
#include "eddy/sync/waiters.h"

namespace eddy {

/// `put_nowait` found no room.
class QueueFull : public std::runtime_error {
 public:
  QueueFull() : std::runtime_error("the queue is full: co_await put(), or make maxsize larger") {}
};

/// `get_nowait` found no item that is not promised to somebody else.
class QueueEmpty : public std::runtime_error {
 public:
  QueueEmpty() : std::runtime_error("the queue is empty: co_await get(), or use try_get()") {}
};

/// The queue was shut down: nothing can be put any more, and, where a get throws it, nothing is left.
class QueueShutDown : public std::runtime_error {
 public:
  QueueShutDown() : std::runtime_error("the queue was shut down") {}
};

namespace detail {

/// The part of a queue that does not depend on what is in it.
class QueueCore {
 public:
  QueueCore(const QueueCore&) = delete;
  QueueCore& operator=(const QueueCore&) = delete;

  /// Items free to take. One that is promised to a getter that has not run yet counts no more, though it keeps its
  /// place.
  std::size_t size() const noexcept { return available_; }
  /// Whether `get_nowait()` would fail.
  bool empty() const noexcept { return available_ == 0; }
  /// Whether there is no room for another item. Never for a queue without a maximum.
  bool full() const noexcept { return maxsize_ != 0 && stored_ >= maxsize_; }
  /// The largest number of items; 0 for no maximum.
  std::size_t maxsize() const noexcept { return maxsize_; }
  bool is_shut_down() const noexcept { return shut_down_; }

  /// Says that one item that was taken has been dealt with. RuntimeError when there is none left to say that of.
  void task_done();
  /// Waits until `task_done` was called for every item that was put.
  EventWait join() noexcept { return finished_.wait(); }

 protected:
  explicit QueueCore(std::size_t maxsize) noexcept : limit_(maxsize ? maxsize : kUnbounded), maxsize_(maxsize) {
    finished_.set();
  }
  ~QueueCore();

  bool has_room() const noexcept { return stored_ < limit_; }
  /// Nothing is left and nothing can come.
  bool closed() const noexcept { return shut_down_ && stored_ == 0; }
  bool anybody_wants_room() const noexcept { return !putters_.empty(); }

  /// An item has been stored.
  void added() noexcept {
    ++stored_;
    ++unfinished_;
    finished_.clear();
    release_item();
  }
  /// An item can be had by whoever comes first.
  void release_item() noexcept {
    if (getters_.empty()) {
      ++available_;
    } else {
      getters_.grant_first();
    }
  }
  /// Fails who waits to put; `immediate`: the items are gone, and so is every promise.
  void close(bool immediate) noexcept;
  void close_if_drained() noexcept {
    if (closed()) getters_.grant_all();
  }
  [[noreturn]] void throw_no_room() const;
  [[noreturn]] void throw_no_item() const;

  // In the order in which a put and a get touch them.
  std::size_t stored_ = 0;
  std::size_t limit_;
  std::size_t available_ = 0;
  Waiters getters_;
  Waiters putters_;
  bool shut_down_ = false;

 private:
  friend class GetBase;
  friend class PutBase;
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  std::size_t unfinished_ = 0;
  std::size_t maxsize_;
  Event finished_;
};

/// Waits for an item. Cancelled after the grant, it leaves the item to the next; so does one whose result nobody took.
class GetBase : public Op {
 public:
  explicit GetBase(QueueCore& queue) noexcept : queue_(&queue) {}
  GetBase(GetBase&&) = default;

  bool ready() noexcept {
    if (queue_->available_ == 0) return queue_->closed() && running.spend();
    if (!running.spend()) return false;
    reserve();
    set_state(kReady);
    return true;
  }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~GetBase() { give_up_grant(); }

  /// Gives up the promise for the item itself. False when the queue was shut down instead.
  bool claim() {
    if (!queue_) [[unlikely]]
      throw_other_loop("eddy::Queue");
    set_state(kIdle);
    return queue_->stored_ != queue_->available_;
  }
  QueueCore& queue() const noexcept { return *queue_; }

 private:
  void reserve() noexcept { --queue_->available_; }
  void give_up_grant() noexcept {
    if (state() == kReady && queue_ && queue_->stored_ != queue_->available_) [[unlikely]]
      queue_->release_item();
  }

  QueueCore* queue_;  ///< null once it turned out to belong to another loop
};

/// Waits for room. Once there is room its item is in the queue for good: cancelled between that and running, it ends as
/// put, and the cancellation takes effect at the task's next await.
class PutBase : public Op {
 public:
  explicit PutBase(QueueCore& queue) noexcept : queue_(&queue) {}
  PutBase(PutBase&&) = default;

  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  enum End : std::uint8_t { kDelivered, kShutDown, kNoMemory, kOtherLoop };
  ~PutBase() = default;

  /// There is no room: waits, or ends at once when the queue is shut down.
  bool refused() noexcept;
  void wait_for_room() noexcept;
  void check() {
    set_state(kIdle);
    if (end_ != kDelivered) [[unlikely]]
      throw_end();
  }

  QueueCore* queue_;
  End end_ = kDelivered;

 private:
  friend class QueueCore;
  [[noreturn]] void throw_end() const;
};

}  // namespace detail
}  // namespace eddy

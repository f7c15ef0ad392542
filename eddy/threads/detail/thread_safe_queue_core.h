// SPDX-License-Identifier: MIT
//
// 1. Everything belongs to `lock_`. Items move under it, so it is a plain mutex that threads sleep on.
// 2. As in `Queue`: `available_` of the `stored_` items are free; the others are promised, each to a getter that was
//    granted one and takes it out when it runs. A promise given back goes to the next getter.
// 3. Getters wait only while nothing is available, putters only while there is no room. A waiting putter's item enters
//    in the moment in which room is made, and is not taken back.
// 4. Granting is the last touch of a waiter: a task's goes home to its loop, a thread's wakes up.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>
#include <utility>

#include "eddy/base/ring.h"
#include "eddy/core/time_point.h"
#include "eddy/threads/detail/remote_op.h"

namespace eddy::detail {

enum class QueueEnd : unsigned char { kDone, kShutDown, kNoMemory };

/// Somebody who waits at a queue: a task of some loop, or a blocked thread.
class QueueWaiter {
 public:
  enum class Stage : unsigned char { kOut, kWaiting, kGranted };

  QueueWaiter() = default;
  QueueWaiter(const QueueWaiter&) = delete;
  QueueWaiter& operator=(const QueueWaiter&) = delete;

  /// Under the lock; the last touch.
  virtual void granted() noexcept = 0;

  QueueWaiter* ring_next() const noexcept { return next_; }
  QueueWaiter* ring_prev() const noexcept { return prev_; }
  void set_ring_next(QueueWaiter* waiter) noexcept { next_ = waiter; }
  void set_ring_prev(QueueWaiter* waiter) noexcept { prev_ = waiter; }

  Stage stage = Stage::kOut;
  void* item = nullptr;            ///< a putter's: its Slot<T>
  QueueEnd end = QueueEnd::kDone;  ///< a putter's: how it went

 protected:
  ~QueueWaiter() = default;

 private:
  QueueWaiter* next_ = nullptr;
  QueueWaiter* prev_ = nullptr;
};

/// A thread that blocks.
class ThreadWaiter : public QueueWaiter {
 public:
  /// Blocks until granted, or until `limit` has passed; then false.
  bool wait(std::unique_lock<std::mutex>& lock, Nanos limit);
  void granted() noexcept override { come_.notify_one(); }

 private:
  std::condition_variable come_;
};

/// The part of a ThreadSafeQueue that does not depend on what is in it.
class ThreadSafeQueueCore {
 public:
  ThreadSafeQueueCore(const ThreadSafeQueueCore&) = delete;
  ThreadSafeQueueCore& operator=(const ThreadSafeQueueCore&) = delete;

  /// Items free to take; a moment later that may be wrong.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// The largest number of items; 0 for no maximum.
  std::size_t maxsize() const noexcept { return limit_ == kUnbounded ? 0 : limit_; }
  bool is_shut_down() const noexcept;

 protected:
  using Lock = std::unique_lock<std::mutex>;
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  explicit ThreadSafeQueueCore(std::size_t maxsize) noexcept : limit_(maxsize ? maxsize : kUnbounded) {}
  ~ThreadSafeQueueCore();

  // Under the lock.

  bool has_room() const noexcept { return stored_ < limit_; }
  /// Nothing is left and nothing can come.
  bool closed() const noexcept { return shut_down_ && stored_ == 0; }
  void added() noexcept {
    ++stored_;
    release_item();
  }
  /// An item can be had by whoever comes first.
  void release_item() noexcept;
  /// False when the getter has to wait, and does; else it has a promise, or the queue is closed.
  bool reserve_or_wait(QueueWaiter& getter) noexcept;
  void wait(Ring<QueueWaiter>& ring, QueueWaiter& waiter) noexcept;
  void grant(QueueWaiter& waiter) noexcept;
  void grant_all(Ring<QueueWaiter>& ring) noexcept;
  /// An item has left for good.
  void removed() noexcept {
    --stored_;
    if (closed()) grant_all(getters_);
  }
  /// Fails who waits to put; `immediate`: the items are gone, and so is every promise.
  void close(bool immediate) noexcept;

  mutable std::mutex lock_;
  std::size_t stored_ = 0;
  std::size_t available_ = 0;
  Ring<QueueWaiter> getters_;
  Ring<QueueWaiter> putters_;
  bool shut_down_ = false;
  const std::size_t limit_;

 private:
  friend class ThreadSafeWait;
  friend class ThreadSafeGetBase;
  friend class ThreadSafePutBase;
};

void check_put(QueueEnd end);
[[noreturn]] void throw_shut_down();
/// Throws when a loop runs here: it would stand still.
void check_may_block(const char* call, const char* instead);

/// A task that waits at the queue; what getting and putting have in common.
class ThreadSafeWait : public RemoteOp, public QueueWaiter {
 public:
  explicit ThreadSafeWait(ThreadSafeQueueCore& queue) noexcept : queue_(queue) {}
  ThreadSafeWait(ThreadSafeWait&& other) noexcept
      : RemoteOp(static_cast<RemoteOp&&>(other)), QueueWaiter(), queue_(other.queue_) {}

  Step start(Strand& strand, Cont cont) noexcept;
  void granted() noexcept final { send_home(); }

 protected:
  ~ThreadSafeWait() = default;
  /// Under the lock: false when it has to wait, and does.
  virtual bool served_or_waits() noexcept = 0;
  /// Under the lock, while it waits: leaves the ring, and ends as cancelled.
  void stop_waiting(Ring<QueueWaiter>& ring) noexcept;
  ThreadSafeQueueCore& queue_;
};

/// Waits for an item. Cancelled, it leaves the item to the next, even when it was granted one already.
class ThreadSafeGetBase : public ThreadSafeWait {
 public:
  using ThreadSafeWait::ThreadSafeWait;
  ThreadSafeGetBase(ThreadSafeGetBase&&) = default;

  bool ready() noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~ThreadSafeGetBase() { give_up_grant(); }
  /// Under the lock: gives up the promise for the item itself. False when the queue was shut down instead.
  bool claim() noexcept {
    set_state(kIdle);
    stage = Stage::kOut;
    return queue_.stored_ != queue_.available_;
  }

 private:
  bool served_or_waits() noexcept final { return queue_.reserve_or_wait(*this); }
  bool arrive() noexcept final { return !cancelled_; }
  void give_back() noexcept;
  void give_up_grant() noexcept;
};

/// Waits for room. Once there is room its item is in the queue for good: cancelled then, it ends as put.
class ThreadSafePutBase : public ThreadSafeWait {
 public:
  using ThreadSafeWait::ThreadSafeWait;
  ThreadSafePutBase(ThreadSafePutBase&&) = default;

  bool ready() noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~ThreadSafePutBase() = default;
  /// Under the lock, when there is room: puts the item.
  virtual QueueEnd deliver() noexcept = 0;

 private:
  bool served_or_waits() noexcept final;
  bool arrive() noexcept final { return true; }
  bool put_now() noexcept;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/thread_safe_queue_core.h"

#include <cassert>
#include <chrono>
#include <new>
#include <string>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"
#include "eddy/core/time_point.h"
#include "eddy/sync/queue_core.h"

namespace eddy::detail {

bool ThreadWaiter::wait(std::unique_lock<std::mutex>& lock, Nanos limit) {
  auto granted = [this] { return stage == Stage::kGranted; };
  if (limit != kForever) return come_.wait_for(lock, std::chrono::nanoseconds(limit), granted);
  come_.wait(lock, granted);
  return true;
}

void check_may_block(const char* call, const char* instead) {
  if (!running.loop) return;
  throw RuntimeError(std::string("ThreadSafeQueue::") + call +
                     "() would block the event loop that runs on this thread: " + "co_await " + instead + "()");
}

// --- the queue -------------------------------------------------------------------------------------------------------

ThreadSafeQueueCore::~ThreadSafeQueueCore() {
  assert(getters_.empty() && putters_.empty() && "eddy::ThreadSafeQueue destroyed while somebody waits for it");
}

std::size_t ThreadSafeQueueCore::size() const noexcept {
  const std::lock_guard lock(lock_);
  return available_;
}

bool ThreadSafeQueueCore::is_shut_down() const noexcept {
  const std::lock_guard lock(lock_);
  return shut_down_;
}

void ThreadSafeQueueCore::release_item() noexcept {
  if (QueueWaiter* getter = getters_.pop_front()) {
    grant(*getter);
  } else {
    ++available_;
  }
}

bool ThreadSafeQueueCore::reserve_or_wait(QueueWaiter& getter) noexcept {
  if (available_ > 0) {
    --available_;
  } else if (!closed()) {
    wait(getters_, getter);
    return false;
  }
  getter.stage = QueueWaiter::Stage::kGranted;
  return true;
}

void ThreadSafeQueueCore::wait(Ring<QueueWaiter>& ring, QueueWaiter& waiter) noexcept {
  waiter.stage = QueueWaiter::Stage::kWaiting;
  ring.push_back(waiter);
}

void ThreadSafeQueueCore::grant(QueueWaiter& waiter) noexcept {
  waiter.stage = QueueWaiter::Stage::kGranted;
  waiter.granted();
}

void ThreadSafeQueueCore::grant_all(Ring<QueueWaiter>& ring) noexcept {
  while (QueueWaiter* waiter = ring.pop_front()) grant(*waiter);
}

void ThreadSafeQueueCore::close(bool immediate) noexcept {
  shut_down_ = true;
  while (QueueWaiter* putter = putters_.pop_front()) {
    putter->end = QueueEnd::kShutDown;
    grant(*putter);
  }
  if (immediate) stored_ = available_ = 0;
  if (closed()) grant_all(getters_);
}

// --- waiting ---------------------------------------------------------------------------------------------------------

Step ThreadSafeWait::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont, Outside::kNo)) return Step::none();
  const std::lock_guard lock(queue_.lock_);
  if (served_or_waits()) {
    recall();
    grant();
  }
  return Step::none();
}

void ThreadSafeWait::stop_waiting(Ring<QueueWaiter>& ring) noexcept {
  stage = Stage::kOut;
  ring.erase(*this);
  recall();
  stop();
}

// --- getting ---------------------------------------------------------------------------------------------------------

bool ThreadSafeGetBase::ready() noexcept {
  const std::lock_guard lock(queue_.lock_);
  if (queue_.available_ == 0) return queue_.closed() && running.spend();
  if (!running.spend()) return false;
  --queue_.available_;
  stage = Stage::kGranted;
  set_state(kReady);
  return true;
}

void ThreadSafeGetBase::cancel() noexcept {
  const std::lock_guard lock(queue_.lock_);
  if (stage == Stage::kWaiting) return stop_waiting(queue_.getters_);
  if (std::exchange(stage, Stage::kOut) == Stage::kOut) return;
  give_back();
  if (state() == Op::kReady) return stop();  // granted at once, not dispatched yet
  cancelled_ = true;                         // on its way home
}

/// Under the lock.
void ThreadSafeGetBase::give_back() noexcept {
  if (queue_.stored_ != queue_.available_) queue_.release_item();
}

void ThreadSafeGetBase::give_up_grant() noexcept {
  if (stage != Stage::kGranted) return;
  const std::lock_guard lock(queue_.lock_);
  give_back();
}

// --- putting ---------------------------------------------------------------------------------------------------------

bool ThreadSafePutBase::ready() noexcept {
  const std::lock_guard lock(queue_.lock_);
  if (!queue_.shut_down_ && !queue_.has_room()) return false;
  return running.spend() && put_now();
}

/// Under the lock. False when it has to wait.
bool ThreadSafePutBase::put_now() noexcept {
  end = QueueEnd::kDone;
  if (queue_.shut_down_) {
    end = QueueEnd::kShutDown;
  } else if (queue_.has_room()) {
    end = deliver();
  } else {
    return false;
  }
  return true;
}

bool ThreadSafePutBase::served_or_waits() noexcept {
  if (put_now()) return true;
  queue_.wait(queue_.putters_, *this);
  return false;
}

void ThreadSafePutBase::cancel() noexcept {
  const std::lock_guard lock(queue_.lock_);
  if (stage == Stage::kWaiting) stop_waiting(queue_.putters_);
}

void check_put(QueueEnd end) {
  if (end == QueueEnd::kShutDown) throw QueueShutDown();
  if (end == QueueEnd::kNoMemory) throw std::bad_alloc();
}

void throw_shut_down() { throw QueueShutDown(); }

void ThreadSafeGetBase::describe(OpDescription& to) const { to.is("ThreadSafeQueue.get", &queue_); }
void ThreadSafePutBase::describe(OpDescription& to) const { to.is("ThreadSafeQueue.put", &queue_); }

}  // namespace eddy::detail

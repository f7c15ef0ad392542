// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/pool_core.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "eddy/base/pause.h"
#include "eddy/sys/thread.h"
#include "eddy/threads/detail/pool_ref.h"
#include "eddy/threads/pool_error.h"

namespace eddy::detail {

using Lock = std::unique_lock<SpinLock>;

namespace {

/// A microsecond or two, before somebody else may have the processor.
constexpr int kLooksInARow = 50;

std::string place(const std::source_location& where) {
  if (where.line() == 0) return "by a combinator";
  return std::string("at ") + where.file_name() + ":" + std::to_string(where.line()) + " in " + where.function_name();
}

}  // namespace

void PoolRef::ref() const noexcept { core_->ref(); }
void PoolRef::unref() const noexcept { core_->unref(); }

PoolCore::PoolCore(std::size_t threads, std::size_t queue, std::string name)
    : threads_max_(threads), queue_max_(queue), name_(std::move(name)) {}

// --- jobs ------------------------------------------------------------------------------------------------------------

void PoolCore::submit(Job& job) {
  Worker* idle = nullptr;
  Rouse how = Rouse::kNobody;
  {
    Lock lock(lock_);
    if (closed_) throw PoolShutDown(name_);
    job.phase = Job::Phase::kQueued;
    queue_.push_back(job);
    ++queued_;
    how = choose(idle);
  }
  if (auto error = rouse(how, idle); error && withdraw(job)) std::rethrow_exception(error);
}

bool PoolCore::withdraw(Job& job) noexcept {
  Lock lock(lock_);
  if (job.phase != Job::Phase::kQueued) return false;
  queue_.erase(job);
  --queued_;
  job.phase = Job::Phase::kOut;
  if (queued_ == 0) tell_waiters(lock);
  return true;
}

Job::Phase PoolCore::withdraw_or_abandon(Job& job) noexcept {
  if (withdraw(job)) return Job::Phase::kQueued;
  Worker* idle = nullptr;
  Rouse how = Rouse::kNobody;
  {
    Lock lock(lock_);
    if (job.phase != Job::Phase::kRunning) return job.phase;
    job.phase = Job::Phase::kAbandoned;
    job.runner().abandoned = true;
    ++abandoned_;
    tell_waiters(lock);
    if (!queue_.empty()) how = choose(idle);  // another thread may take the place of the one that is stuck
  }
  static_cast<void>(rouse(how, idle));  // if it cannot: later, when something else is submitted
  const std::lock_guard end(end_mutex_);
  end_.notify_all();
  return Job::Phase::kRunning;
}

bool PoolCore::end_abandonable(Job& job) noexcept {
  Lock lock(lock_);
  if (job.phase == Job::Phase::kAbandoned) return true;
  job.phase = Job::Phase::kOut;
  return false;
}

// --- threads ---------------------------------------------------------------------------------------------------------

/// Under the lock: who should be made to look at the queue.
PoolCore::Rouse PoolCore::choose(Worker*& idle) noexcept {
  if (waking_) {
    called_.store(true, std::memory_order_relaxed);
    return Rouse::kNobody;
  }
  if (idle_) {
    idle = std::exchange(idle_, idle_->next_idle);
    waking_ = true;
    return Rouse::kIdle;
  }
  if (working_threads() >= threads_max_) return Rouse::kNobody;
  ++alive_;
  waking_ = true;
  return Rouse::kNew;
}

/// Why nobody will look at the queue; null if somebody does.
std::exception_ptr PoolCore::rouse(Rouse how, Worker* idle) noexcept {
  if (how == Rouse::kIdle) idle->unpark();
  if (how != Rouse::kNew) return nullptr;
  try {
    start_thread();
    return nullptr;
  } catch (...) {
    const std::lock_guard end(end_mutex_);
    Lock lock(lock_);
    --alive_;
    waking_ = false;
    end_.notify_all();
    return awaited_threads() == 0 ? std::current_exception() : nullptr;  // else fewer threads do the work
  }
}

void PoolCore::start_thread() {
  const std::lock_guard end(end_mutex_);
  Worker& worker = vacancy();
  try {
    sys::BlockSignals block;
    ref();
    worker.thread = std::thread([this, &worker] { work(worker); });
  } catch (...) {
    unref();
    worker.exited = true;
    throw;
  }
}

/// A place for a thread: that of one which has ended, having been abandoned, if there is one.
Worker& PoolCore::vacancy() {
  for (auto& worker : workers_) {
    if (!worker->exited) continue;
    if (worker->thread.joinable()) worker->thread.join();  // it holds no lock of ours any more
    worker->exited = false;
    return *worker;
  }
  workers_.push_back(std::make_unique<Worker>(*this));
  return *workers_.back();
}

void PoolCore::work(Worker& self) noexcept {
  sys::set_thread_name(name_);
  Lock lock(lock_);
  waking_ = false;
  while (Job* job = next_job(self, lock)) {
    job->execute(self);
    lock.lock();
    --busy_;
    if (!self.abandoned) continue;
    self.abandoned = false;
    --abandoned_;
    if (working_threads() <= threads_max_) continue;
    self.leaving = true;  // somebody has taken its place
    ++leaving_;
    break;
  }
  leave(self, lock);
}

/// With the lock held; without it when there is a job.
Job* PoolCore::next_job(Worker& self, Lock& lock) noexcept {
  if (queue_.empty()) self.idle_since = sys::monotonic_now();
  for (;;) {
    if (Job* job = queue_.pop_front()) {
      --queued_;
      ++busy_;
      job->phase = Job::Phase::kRunning;
      job->set_runner(self);
      self.where = job->where;
      Worker* idle = nullptr;
      Rouse how = queue_.empty() ? Rouse::kNobody : choose(idle);
      lock.unlock();
      static_cast<void>(rouse(how, idle));  // if it cannot, this thread does it all
      return job;
    }
    if (closed_) return nullptr;
    if (tell_waiters(lock)) continue;
    if (self.waits_shortly && !waking_) {
      look_out(self, lock);
      continue;
    }
    self.next_idle = idle_;
    idle_ = &self;
    lock.unlock();
    self.park();
    lock.lock();
    waking_ = false;
  }
}

/// Waits a while, without the lock and without sleeping, but not at the expense of whoever wants the processor.
void PoolCore::look_out(Worker& self, Lock& lock) noexcept {
  waking_ = true;
  called_.store(false, std::memory_order_relaxed);
  lock.unlock();
  const Nanos end = self.idle_since + Worker::kPatience;
  bool called = false;
  do {
    for (int i = 0; i < kLooksInARow && !called; ++i) {
      pause_processor();
      called = called_.load(std::memory_order_relaxed);
    }
    if (!called) std::this_thread::yield();
  } while (!called && sys::monotonic_now() < end);
  self.waits_shortly = called;
  lock.lock();
  waking_ = false;
}

void PoolCore::leave(Worker& self, Lock& lock) noexcept {
  lock.unlock();
  {
    const std::lock_guard end(end_mutex_);
    lock.lock();
    --alive_;
    if (std::exchange(self.leaving, false)) --leaving_;
    tell_waiters(lock);
    lock.unlock();
    self.exited = true;
    end_.notify_all();
  }
  unref();
}

void PoolCore::set_stoppable(Worker& worker, const std::stop_source* stop) {
  Lock lock(lock_);
  worker.stoppable = stop;
  if (!stop || !stop_asked()) return;
  std::stop_source copy = *stop;
  lock.unlock();
  copy.request_stop();
}

// --- closing ---------------------------------------------------------------------------------------------------------

std::size_t PoolCore::close(bool discard) noexcept {
  Ring<Job> refused;
  std::size_t count = 0;
  Worker* idle = nullptr;
  {
    Lock lock(lock_);
    closed_ = true;
    called_.store(true, std::memory_order_relaxed);
    idle = std::exchange(idle_, nullptr);
    if (discard) {
      refused = queue_.take();
      count = std::exchange(queued_, 0);
      for (Job* job = refused.front(); job; job = refused.after(*job)) job->phase = Job::Phase::kOut;
    }
    tell_waiters(lock);
  }
  while (idle) std::exchange(idle, idle->next_idle)->unpark();
  while (Job* job = refused.pop_front()) job->refuse(std::make_exception_ptr(PoolShutDown(name_)));
  return count;
}

void PoolCore::request_stops() {
  std::vector<std::stop_source> stops;
  {
    const std::lock_guard end(end_mutex_);
    stops.reserve(workers_.size());
    Lock lock(lock_);
    stopping_.store(true, std::memory_order_relaxed);
    for (auto& worker : workers_) {
      if (worker->stoppable) stops.push_back(*worker->stoppable);
    }
  }
  for (std::stop_source& stop : stops) stop.request_stop();
}

std::vector<std::string> PoolCore::join(Nanos limit) {
  std::unique_lock end(end_mutex_);
  const std::thread::id here = std::this_thread::get_id();
  const bool own = std::any_of(workers_.begin(), workers_.end(), [&](auto& w) { return w->thread.get_id() == here; });
  auto ended = [&] {
    Lock lock(lock_);
    return awaited_threads() <= joining_;
  };
  if (own) {
    ++joining_;
    end_.notify_all();
  }
  if (limit == kForever) {
    end_.wait(end, ended);
  } else {
    end_.wait_for(end, std::chrono::nanoseconds(limit), ended);
  }
  if (own) --joining_;
  return let_go(here);
}

/// Joins the threads that have ended, and leaves the others to themselves.
std::vector<std::string> PoolCore::let_go(std::thread::id here) {
  std::vector<std::string> left;
  for (auto& worker : workers_) {
    if (!worker->thread.joinable()) continue;
    if (worker->exited && worker->thread.get_id() != here) {
      worker->thread.join();  // it holds no lock of ours any more
      continue;
    }
    worker->thread.detach();
    Lock lock(lock_);
    left.push_back("a function awaited " + place(worker->where) +
                   (worker->abandoned ? " (abandoned when its task was cancelled)" : ""));
  }
  return left;
}

// --- waiting for it --------------------------------------------------------------------------------------------------

bool PoolCore::quiet(bool for_end) const noexcept {
  return for_end ? closed_ && awaited_threads() == 0 : queue_.empty() && busy_ <= abandoned_;
}

bool PoolCore::wait(PoolWait& waiter, bool for_end) noexcept {
  Lock lock(lock_);
  if (quiet(for_end)) return true;
  waiters_.push_back(waiter);
  waiter.listed = true;
  return false;
}

bool PoolCore::stop_waiting(PoolWait& waiter) noexcept {
  Lock lock(lock_);
  if (!waiter.listed) return false;
  waiters_.erase(waiter);
  waiter.listed = false;
  return true;
}

/// With the lock held, and again afterwards. True if it was not in between.
bool PoolCore::tell_waiters(Lock& lock) noexcept {
  if (waiters_.empty()) return false;
  Ring<PoolWait> told;
  for (PoolWait* waiter = waiters_.front(); waiter;) {
    PoolWait* next = waiters_.after(*waiter);
    if (quiet(waiter->for_end())) {
      waiters_.erase(*waiter);
      waiter->listed = false;
      told.push_back(*waiter);
    }
    waiter = next;
  }
  if (told.empty()) return false;
  lock.unlock();
  while (PoolWait* waiter = told.pop_front()) waiter->tell();
  lock.lock();
  return true;
}

PoolCore::Counts PoolCore::counts() noexcept {
  Lock lock(lock_);
  Counts counts;
  counts.queued = queue_max_ == 0 ? queued_ : std::min(queued_, queue_max_);
  counts.waiting = queued_ - counts.queued;
  counts.running = busy_ - abandoned_;
  counts.abandoned = abandoned_;
  counts.threads = alive_;
  return counts;
}

bool PoolCore::closed() noexcept {
  Lock lock(lock_);
  return closed_;
}

}  // namespace eddy::detail

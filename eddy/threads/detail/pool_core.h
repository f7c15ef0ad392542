// SPDX-License-Identifier: MIT
//
// 1. What changes belongs to `lock_`, which is held for a few instructions only: never while a function runs, a
//    thread is started, or a loop is woken. The list of threads belongs to `end_mutex_`.
// 2. One thread at a time is being woken or started (`waking_`). It takes a job, and if there are more it wakes the
//    next: as many threads run as there is work for, and a burst costs its poster one wake-up. A thread that had to
//    wait only shortly, the last time, looks out for work for a while before it sleeps: that, too, is `waking_`.
// 3. Threads are started when there is work and nobody idle, up to `threads_max_`, and live until the pool closes. One
//    that is stuck in an abandoned function does not count any more, and ends when it gets unstuck.
// 4. The object lives while the ThreadPool, a worker, or an operation refers to it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <source_location>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/ring.h"
#include "eddy/core/time_point.h"
#include "eddy/sys/clock.h"
#include "eddy/threads/detail/job.h"
#include "eddy/threads/detail/pool_wait.h"
#include "eddy/threads/detail/spin_lock.h"

namespace eddy::detail {

/// One thread of a pool. All but the parking belongs to the pool's lock; `thread` and `exited` to its `end_mutex_`.
class Worker {
 public:
  explicit Worker(PoolCore& of) noexcept : pool(of) {}

  void park() noexcept {
    token_.wait(0, std::memory_order_acquire);
    token_.store(0, std::memory_order_relaxed);
  }
  void unpark() noexcept {
    waits_shortly = sys::monotonic_now() - idle_since <= kPatience;
    token_.store(1, std::memory_order_release);
    token_.notify_one();
  }

  /// To sleep and to be woken takes two idle processors up to 50 µs; a wait that is not longer had better not sleep.
  static constexpr Nanos kPatience = 50'000;

  PoolCore& pool;
  std::thread thread;
  Worker* next_idle = nullptr;
  Nanos idle_since = 0;
  bool waits_shortly = false;                   ///< the last time it had nothing to do, that was soon over
  const std::stop_source* stoppable = nullptr;  ///< of the running job, if it can be asked to stop
  std::source_location where;                   ///< of the running job
  bool abandoned = false;                       ///< nobody waits for what it runs
  bool leaving = false;                         ///< its place was taken, so it ends although the pool is open
  bool exited = false;

 private:
  std::atomic<std::uint32_t> token_{0};
};

/// The threads and the queue behind a ThreadPool.
class PoolCore {
 public:
  PoolCore(std::size_t threads, std::size_t queue, std::string name);
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;

  void ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
  void unref() noexcept {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // Any thread.

  /// Queues a job. Throws, and has not queued it, when the pool is shut down or no thread can be had.
  void submit(Job& job);
  /// Takes a job out of the queue; false when it is too late for that.
  bool withdraw(Job& job) noexcept;
  /// The same, else leaves a running job to its worker, which deletes it. Tells what it was.
  Job::Phase withdraw_or_abandon(Job& job) noexcept;
  /// For jobs that can be abandoned, after the function has returned: true when nobody waits for it any more.
  bool end_abandonable(Job& job) noexcept;
  /// What the worker's present job can be asked to stop by; null before it ends.
  void set_stoppable(Worker& worker, const std::stop_source* stop);

  /// Takes no more jobs. `discard`: refuses those that are queued; how many.
  std::size_t close(bool discard) noexcept;
  /// After `close`: waits for the threads, but not for abandoned functions, and not longer than `limit`. Where those
  /// are that it leaves behind.
  std::vector<std::string> join(Nanos limit);
  /// Asks whatever runs and can be asked, now or later, to stop.
  void request_stops();
  bool stop_asked() const noexcept { return stopping_.load(std::memory_order_relaxed); }

  /// Grants the operation when there is nothing to do, or when all threads have ended; true if that is now.
  bool wait(PoolWait& waiter, bool for_end) noexcept;
  /// False when it was granted already.
  bool stop_waiting(PoolWait& waiter) noexcept;

  struct Counts {
    std::size_t queued = 0, waiting = 0, running = 0, abandoned = 0, threads = 0;
  };
  Counts counts() noexcept;
  bool closed() noexcept;
  std::size_t threads_max() const noexcept { return threads_max_; }
  const std::string& name() const noexcept { return name_; }

 private:
  ~PoolCore() = default;

  enum class Rouse : std::uint8_t { kNobody, kIdle, kNew };
  Rouse choose(Worker*& idle) noexcept;
  std::exception_ptr rouse(Rouse how, Worker* idle) noexcept;
  void start_thread();
  Worker& vacancy();
  std::vector<std::string> let_go(std::thread::id here);
  void work(Worker& self) noexcept;
  Job* next_job(Worker& self, std::unique_lock<SpinLock>& lock) noexcept;
  void look_out(Worker& self, std::unique_lock<SpinLock>& lock) noexcept;
  void leave(Worker& self, std::unique_lock<SpinLock>& lock) noexcept;
  bool tell_waiters(std::unique_lock<SpinLock>& lock) noexcept;
  bool quiet(bool for_end) const noexcept;
  std::size_t awaited_threads() const noexcept { return alive_ - abandoned_; }
  std::size_t working_threads() const noexcept { return awaited_threads() - leaving_; }

  SpinLock lock_;
  bool waking_ = false;
  bool closed_ = false;
  std::atomic<bool> called_{false};    ///< to whoever looks out: there is something to see; written under the lock
  std::atomic<bool> stopping_{false};  ///< written under the lock
  Worker* idle_ = nullptr;
  Ring<Job> queue_;
  std::size_t queued_ = 0;
  std::size_t alive_ = 0;
  std::size_t busy_ = 0;
  std::size_t abandoned_ = 0;  ///< workers that run abandoned functions
  std::size_t leaving_ = 0;
  Ring<PoolWait> waiters_;

  const std::size_t threads_max_;
  const std::size_t queue_max_;
  const std::string name_;
  std::mutex end_mutex_;  ///< taken before `lock_`, for what is rare: threads begin and end
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t joining_ = 0;      ///< workers whose functions are in `join`: nobody waits for those
  std::condition_variable end_;  ///< a thread has ended, or was abandoned
  alignas(64) std::atomic<std::size_t> refs_{1};
};

}  // namespace eddy::detail

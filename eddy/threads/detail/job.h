// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <source_location>

namespace eddy::detail {

class PoolCore;
class Worker;

/// One thing for a pool to do, embedded in whoever waits for it: the queue allocates nothing, and a job can leave it.
///
/// 1. `phase`, the runner and the links belong to the pool's lock.
/// 2. A queued job ends in exactly one of three ways: a worker executes it, the pool refuses it, or its owner withdraws
///    it. Only after that may it die; `execute` and `refuse` themselves say when they touch it last.
class Job {
 public:
  enum class Phase : std::uint8_t { kOut, kQueued, kRunning, kAbandoned };

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  /// In a worker's thread.
  virtual void execute(Worker& worker) noexcept = 0;
  /// The pool was shut down first. In the thread that does so.
  virtual void refuse(std::exception_ptr why) noexcept = 0;

  Job* ring_next() const noexcept { return next_; }
  Job* ring_prev() const noexcept { return prev_; }
  void set_ring_next(Job* job) noexcept { next_ = job; }
  void set_ring_prev(Job* job) noexcept { prev_ = job; }

  /// While it runs.
  Worker& runner() const noexcept { return *runner_; }
  void set_runner(Worker& worker) noexcept { runner_ = &worker; }

  std::source_location where;  ///< the await, for reports

 protected:
  ~Job() = default;

 private:
  Job* next_ = nullptr;
  union {
    Job* prev_ = nullptr;
    Worker* runner_;
  };

 public:
  Phase phase = Phase::kOut;  ///< last: what derives from it has the rest of the word
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// 1. A call holds a slot from before it has a worker until after it has let go of it: no more workers than slots serve.
// 2. A worker is idle (in `idle_`), serves one call (owned by its lease), or has been killed and is on its way out
//    (in `dying_`).
// 3. A lease that is not given back, because the call was cancelled or failed on the way, kills its worker: what it
//    computes nobody wants any more, and what it would answer must not be taken for the answer to the next call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/sync/semaphore.h"
#include "eddy/threads/detail/message.h"
#include "eddy/threads/detail/worker_process.h"

namespace eddy::detail {

struct ProcessPoolSettings {
  std::size_t workers = 0;
  std::size_t calls_per_worker = 0;
  std::uint64_t memory_max = 0;
};

class ProcessCore {
 public:
  explicit ProcessCore(const ProcessPoolSettings& settings);

  /// The answer to a call; throws the function's error, or WorkerDied. Keeps the core alive.
  static Task<Message> call(std::shared_ptr<ProcessCore> core, Message request);
  /// Waits for the calls, then sends the workers home.
  static Task<> close(std::shared_ptr<ProcessCore> core);
  /// Kills what there is. Calls in progress get WorkerDied.
  void shut_down() noexcept;

  std::size_t workers_max() const noexcept { return settings_.workers; }
  std::size_t workers() const noexcept { return idle_.size() + busy_.size(); }
  std::vector<int> pids() const;
  bool is_open() const noexcept { return open_; }

 private:
  class Lease;
  using Worker = std::unique_ptr<WorkerProcess>;

  void check_open() const;
  [[noreturn]] static void throw_closed();
  Worker take_worker();
  void give_back(Worker worker) noexcept;
  void let_die(Worker worker) noexcept;
  void bury() noexcept;
  [[noreturn]] static void throw_died(WorkerProcess& worker, const ProcessEnd& end);

  ProcessPoolSettings settings_;
  Semaphore slots_;
  std::vector<Worker> idle_;
  std::vector<Worker> dying_;
  std::vector<WorkerProcess*> busy_;
  bool open_ = true;        ///< takes calls
  bool shut_down_ = false;  ///< serves none, not even those that wait in line
};

}  // namespace eddy::detail

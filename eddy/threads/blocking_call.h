// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/node.h"
#include "eddy/threads/detail/job.h"
#include "eddy/threads/detail/pool_ref.h"

namespace eddy {
class Loop;
}

namespace eddy::detail {

/// For operations of other rooms that bring their own work, part of which blocks: one call at a time in a thread of
/// the loop's own pool. `to_thread` is the whole of such an operation, and what programs use.
///
/// Ownership: its operation's; it must live until `returned`, or until `withdraw` said yes. Thread: the loop's.
class BlockingCall : private Node, private Job {
 public:
  /// Queues it. Throws, and has not queued it, when no thread can be had.
  void begin(Loop& loop);
  /// Takes it back before it runs; false when it is too late for that, and `returned` will come.
  [[nodiscard]] bool withdraw() noexcept;

 protected:
  BlockingCall() = default;
  ~BlockingCall() = default;

  /// In the thread.
  virtual void call() noexcept = 0;
  /// On the loop, outside of any task. Not called: the pool was shut down first.
  virtual void returned(bool called) noexcept = 0;

 private:
  void execute(Worker& worker) noexcept final;
  void refuse(std::exception_ptr why) noexcept final;
  void run() noexcept final;

  Loop* loop_ = nullptr;
  PoolRef pool_;
  bool called_ = false;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// A cancel finds the function
//  queued   → it is taken out of the queue and never runs; the await ends as cancelled at once.
//  running  → it is asked to stop, if it takes a token. The await ends when it returns: as cancelled, or
//             with its error.
//  returned → its result is on its way and is delivered; the cancellation takes effect at the next await.
#pragma once

#include <atomic>
#include <exception>
#include <source_location>
#include <stop_token>
#include <utility>

#include "eddy/threads/borrowed_context.h"
#include "eddy/threads/job.h"
#include "eddy/threads/pool_ref.h"
#include "eddy/threads/remote_op.h"

namespace eddy::detail {

/// Where a coroutine waits for `op`, if a coroutine does.
std::source_location await_of(const Op& op) noexcept;

/// A function that a pool runs for whoever awaits it; the part that does not depend on the function.
class PoolOp : public RemoteOp, public Job {
 public:
  /// A null pool: the default pool of the loop it is awaited on.
  explicit PoolOp(PoolRef pool) noexcept : pool_(std::move(pool)) {}
  PoolOp(PoolOp&& other) noexcept : RemoteOp(static_cast<RemoteOp&&>(other)), Job(), pool_(std::move(other.pool_)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;

 protected:
  ~PoolOp() {
    if (error_) [[unlikely]]
      report_error_nobody_took();
  }

  /// In the worker: calls the function and keeps what it returns.
  virtual void call() = 0;
  /// Null for a function that takes no stop token.
  virtual const std::stop_source* stop_source() const noexcept { return nullptr; }
  /// Throws what the function threw, or why it did not run.
  void check() {
    if (error_) [[unlikely]]
      std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  void execute(Worker& worker) noexcept final;
  void refuse() noexcept final;
  bool arrive() noexcept final { return !cancelled_ || error_; }
  void report_error_nobody_took() noexcept;

  PoolRef pool_;
  BorrowedContext context_;
  std::exception_ptr error_;
  std::atomic<bool> returned_{false};
  bool cancelled_ = false;
};

/// The pool that `to_thread` uses on a loop; made when it is first asked for, ends with the loop.
PoolRef default_pool(Loop& loop);

/// For operations of other rooms that bring their own job; see PoolCore.
void submit(const PoolRef& pool, Job& job);
bool withdraw(const PoolRef& pool, Job& job) noexcept;

}  // namespace eddy::detail

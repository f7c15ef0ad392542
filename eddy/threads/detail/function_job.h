// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <exception>
#include <stop_token>
#include <utility>

#include "eddy/core/node.h"
#include "eddy/threads/detail/borrowed_context.h"
#include "eddy/threads/detail/job.h"
#include "eddy/threads/detail/pool_ref.h"

namespace eddy::detail {

/// A job that calls a function for whoever awaits it, under the context variables of that task.
class FunctionJob : public Job {
 public:
  /// On the loop: queues it for `awaiting` in the pool, or, if that is null, in the default pool of the loop. False,
  /// and it has the error, when the pool does not take it.
  [[nodiscard]] bool submit(PoolRef& pool, const Op& awaiting, Loop& loop) noexcept;
  /// Null for a function that takes no stop token.
  virtual const std::stop_source* stop_source() const noexcept { return nullptr; }

 protected:
  ~FunctionJob() = default;

  /// In the worker: calls the function and keeps what it returns.
  virtual void call() = 0;
  /// The same for `execute`: with what surrounds a call, and its error kept.
  void perform(Worker& worker) noexcept;
  /// Throws what the function threw, or why it did not run.
  void check() {
    if (error_) [[unlikely]]
      std::rethrow_exception(std::exchange(error_, nullptr));
  }
  /// If there is an error: its owner dies before anybody took it.
  void report_lost() noexcept {
    if (error_) [[unlikely]]
      report_error_nobody_took();
  }

  std::atomic<bool> returned_{false};  ///< the result is on its way
  BorrowedContext context_;
  std::exception_ptr error_;

 private:
  void report_error_nobody_took() noexcept;
};

/// Where a coroutine waits for `op`, if a coroutine does.
std::source_location await_of(const Op& op) noexcept;

/// The pool that `to_thread` uses on a loop; made when it is first asked for, ends with the loop.
PoolRef default_pool(Loop& loop);

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// A cancel finds the function
//  queued   → it is taken out of the queue and never runs; the await ends as cancelled at once.
//  running  → it is asked to stop, if it takes a token. The await ends when it returns: as cancelled, or
//             with its error.
//  returned → its result is on its way and is delivered; the cancellation takes effect at the next await.
#pragma once

#include <utility>

#include "eddy/threads/detail/function_job.h"
#include "eddy/threads/detail/remote_op.h"

namespace eddy::detail {

/// A function that a pool runs for whoever awaits it; the part that does not depend on the function.
class PoolOp : public RemoteOp, public FunctionJob {
 public:
  /// A null pool: the default pool of the loop it is awaited on.
  explicit PoolOp(PoolRef pool) noexcept : pool_(std::move(pool)) {}
  PoolOp(PoolOp&& other) noexcept
      : RemoteOp(static_cast<RemoteOp&&>(other)), FunctionJob(), pool_(std::move(other.pool_)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~PoolOp() { report_lost(); }

 private:
  void execute(Worker& worker) noexcept final;
  void refuse(std::exception_ptr why) noexcept final;
  bool arrive() noexcept final { return !cancelled_ || error_; }
  void return_home() noexcept;

  PoolRef pool_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/threads/detail/remote_op.h"

namespace eddy::detail {

class PoolCore;

/// Waits until a pool has nothing to do (`drain`), or until its threads have ended (`aclose`).
class [[nodiscard("co_await it")]] PoolWait final : public RemoteOp, public AwaitLeaf<PoolWait> {
 public:
  PoolWait(PoolCore& pool, bool for_end) noexcept;
  PoolWait(PoolWait&& other) noexcept;
  ~PoolWait();

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void take();
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

  bool for_end() const noexcept { return for_end_; }
  /// Any thread; the last touch.
  void tell() noexcept { send_home(); }

  PoolWait* ring_next() const noexcept { return next_; }
  PoolWait* ring_prev() const noexcept { return prev_; }
  void set_ring_next(PoolWait* wait) noexcept { next_ = wait; }
  void set_ring_prev(PoolWait* wait) noexcept { prev_ = wait; }

  bool listed = false;  ///< the pool has it; belongs to its lock

 private:
  bool arrive() noexcept override { return true; }

  PoolCore* pool_;
  bool for_end_;
  PoolWait* next_ = nullptr;
  PoolWait* prev_ = nullptr;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// 1. The indices are split among as many shares as the pool has threads; a share is a job. Each works its own range off
//    from the front and then steals from the others, so a thread that is busy elsewhere holds nobody up.
// 2. Whoever finds nothing left takes the shares that have not started out of the pool's queue. `outstanding_`
//    counts the others; who brings it to zero ends the operation.
// 3. A range is worked off in chunks that take some 20 µs: long enough that taking one costs nothing, short enough for
//    balance and for stopping. So nobody has to choose a grain.
// 4. `stop_` is looked at before each chunk, and within it at least every 64 items.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "eddy/threads/detail/borrowed_context.h"
#include "eddy/threads/detail/job.h"
#include "eddy/threads/detail/pool_ref.h"
#include "eddy/threads/detail/remote_op.h"
#include "eddy/threads/detail/steal_range.h"

namespace eddy::detail {

/// A loop over [0, count) that a pool's threads share.
class ParallelOp : public RemoteOp {
 public:
  explicit ParallelOp(PoolRef pool) noexcept : pool_(std::move(pool)) {}
  ParallelOp(ParallelOp&& other) noexcept : RemoteOp(static_cast<RemoteOp&&>(other)), pool_(std::move(other.pool_)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~ParallelOp();

  /// On the loop, once: makes room for the results. How many items there are.
  virtual std::size_t prepare() = 0;
  /// In the threads: does these, or returns early when `stopped()`.
  virtual void body(std::size_t begin, std::size_t end) = 0;

  bool stopped() const noexcept { return stop_.load(std::memory_order_relaxed); }
  /// Throws the first error.
  void check() {
    if (error_) [[unlikely]]
      std::rethrow_exception(std::exchange(error_, nullptr));
  }
  /// Calls `each(i)` for a body.
  template <class Each>
  void for_each(std::size_t begin, std::size_t end, Each each) {
    while (begin < end && !stopped()) {
      std::size_t stop_at = end - begin > 64 ? begin + 64 : end;
      for (; begin < stop_at; ++begin) each(begin);
    }
  }

 private:
  class alignas(64) Share final : public Job {
   public:
    void execute(Worker& worker) noexcept override;
    void refuse(std::exception_ptr why) noexcept override;
    ParallelOp* op = nullptr;
    StealRange<> range;
  };

  void split();
  void submit();
  void work(Share& share) noexcept;
  void work_off(Share& share);
  bool steal(Share& share) noexcept;
  void fail(std::exception_ptr error) noexcept;
  std::uint32_t withdraw_others(Share* self) noexcept;
  void finish(std::uint32_t shares) noexcept;
  bool arrive() noexcept final { return !cancelled_ || error_; }

  PoolRef pool_;
  BorrowedContext context_;
  std::vector<Share> shares_;
  std::size_t count_ = 0;
  std::size_t unit_ = 1;  ///< items an index stands for: more than one beyond 2³¹ of them
  std::atomic<std::uint32_t> outstanding_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

}  // namespace eddy::detail

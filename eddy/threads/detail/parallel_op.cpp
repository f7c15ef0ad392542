// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/parallel_op.h"

#include <algorithm>

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/sys/clock.h"
#include "eddy/threads/detail/function_job.h"
#include "eddy/threads/detail/pool_core.h"
#include "eddy/threads/pool_error.h"

namespace eddy::detail {
namespace {

constexpr Nanos kChunkTooShort = 10'000;
constexpr Nanos kChunkTooLong = 40'000;
constexpr std::uint32_t kGrainMax = 1U << 20;
constexpr std::size_t kIndexMax = std::size_t{1} << 31;

}  // namespace

ParallelOp::~ParallelOp() {
  if (error_) report_lost_error("error in a parallel loop, whose result nobody took", std::move(error_));
}

Step ParallelOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  try {
    count_ = prepare();
    if (count_ != 0) {
      context_.borrow();
      split();
      submit();
      return Step::none();
    }
  } catch (...) {
    error_ = std::current_exception();
  }
  recall();
  grant();
  return Step::none();
}

void ParallelOp::split() {
  unit_ = count_ / kIndexMax + 1;
  const std::size_t indices = (count_ + unit_ - 1) / unit_;
  const std::size_t shares = std::min(pool_->threads_max(), indices);
  shares_ = std::vector<Share>(shares);
  for (std::size_t i = 0; i < shares; ++i) {
    shares_[i].op = this;
    shares_[i].where = await_of(*this);
    shares_[i].range.refill(
        {static_cast<std::uint32_t>(indices * i / shares), static_cast<std::uint32_t>(indices * (i + 1) / shares)});
  }
  outstanding_.store(static_cast<std::uint32_t>(shares), std::memory_order_relaxed);
}

/// Throws only when no share was submitted. Those that cannot be are worked off by the others.
void ParallelOp::submit() {
  std::uint32_t submitted = 0;
  const auto shares = static_cast<std::uint32_t>(shares_.size());
  outstanding_.fetch_add(1, std::memory_order_relaxed);  // ours, so that it cannot end under us
  try {
    for (Share& share : shares_) {
      pool_->submit(share);
      ++submitted;
    }
  } catch (...) {
    if (submitted == 0) throw;
    fail(std::current_exception());
  }
  finish(1 + shares - submitted);
}

void ParallelOp::Share::execute(Worker&) noexcept { op->work(*this); }

void ParallelOp::Share::refuse(std::exception_ptr why) noexcept {
  op->fail(std::move(why));
  op->finish(1);
}

void ParallelOp::work(Share& share) noexcept {
  {
    BorrowedContext::Use use(context_);
    try {
      do {
        work_off(share);
      } while (!stopped() && steal(share));
    } catch (...) {
      fail(std::current_exception());
    }
  }
  finish(1 + withdraw_others(&share));
}

void ParallelOp::work_off(Share& share) {
  std::uint32_t grain = 1;
  while (!stopped()) {
    auto part = share.range.take(grain);
    if (part.empty()) return;
    if (pool_->stop_asked()) throw PoolShutDown(pool_->name());
    const Nanos begin = sys::monotonic_now();
    body(part.begin * unit_, std::min(part.end * unit_, count_));
    const Nanos took = sys::monotonic_now() - begin;
    if (took < kChunkTooShort && grain < kGrainMax) grain *= 2;
    if (took > kChunkTooLong && grain > 1) grain /= 2;
  }
}

bool ParallelOp::steal(Share& share) noexcept {
  const auto self = static_cast<std::size_t>(&share - shares_.data());
  for (std::size_t i = 1; i < shares_.size(); ++i) {
    auto part = shares_[(self + i) % shares_.size()].range.steal();
    if (part.empty()) continue;
    share.range.refill(part);
    return true;
  }
  return false;
}

void ParallelOp::fail(std::exception_ptr error) noexcept {
  stop_.store(true, std::memory_order_relaxed);
  if (!failed_.exchange(true, std::memory_order_acq_rel)) error_ = std::move(error);
}

/// There is nothing left for those that have not started. How many they were.
std::uint32_t ParallelOp::withdraw_others(Share* self) noexcept {
  std::uint32_t count = 0;
  for (Share& share : shares_) {
    if (&share != self && pool_->withdraw(share)) ++count;
  }
  return count;
}

/// The last touch, unless others are outstanding.
void ParallelOp::finish(std::uint32_t shares) noexcept {
  if (outstanding_.fetch_sub(shares, std::memory_order_acq_rel) == shares) send_home();
}

void ParallelOp::cancel() noexcept {
  if (state() != kArmed || outstanding_.load(std::memory_order_acquire) == 0) return;  // its result is on its way
  cancelled_ = true;
  stop_.store(true, std::memory_order_relaxed);
  const std::uint32_t withdrawn = withdraw_others(nullptr);
  if (withdrawn != 0) finish(withdrawn);
}

void ParallelOp::describe(OpDescription& to) const {
  to.is("calls in a thread pool");
  to.add(count_ * unit_, "of them");
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/pool_wait.h"

#include <utility>

#include "eddy/core/op_description.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy::detail {

PoolWait::PoolWait(PoolCore& pool, bool for_end) noexcept : pool_(&pool), for_end_(for_end) { pool_->ref(); }

PoolWait::PoolWait(PoolWait&& other) noexcept
    : RemoteOp(static_cast<RemoteOp&&>(other)), pool_(std::exchange(other.pool_, nullptr)), for_end_(other.for_end_) {}

PoolWait::~PoolWait() {
  if (pool_) pool_->unref();
}

Step PoolWait::start(Strand& strand, Cont cont) noexcept {
  if (for_end_) pool_->close(false);
  if (!leave(strand, cont)) return Step::none();
  if (pool_->wait(*this, for_end_)) {
    recall();
    grant();
  }
  return Step::none();
}

void PoolWait::cancel() noexcept {
  if (state() != kArmed || !pool_->stop_waiting(*this)) return;  // what it waits for has come
  recall();
  stop();
}

void PoolWait::take() {
  if (for_end_) pool_->join(kForever);
}

void PoolWait::describe(OpDescription& to) const { to.is(for_end_ ? "ThreadPool.aclose" : "ThreadPool.drain", pool_); }

}  // namespace eddy::detail

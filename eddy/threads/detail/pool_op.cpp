// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/pool_op.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/threads/detail/pool_core.h"

namespace eddy::detail {

Step PoolOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  if (!submit(pool_, *this, loop())) {
    recall();
    grant();
  }
  return Step::none();
}

void PoolOp::execute(Worker& worker) noexcept {
  perform(worker);
  return_home();
}

void PoolOp::refuse(std::exception_ptr why) noexcept {
  error_ = std::move(why);
  return_home();
}

void PoolOp::return_home() noexcept {
  returned_.store(true, std::memory_order_release);
  send_home();
}

void PoolOp::cancel() noexcept {
  if (state() != kArmed) return;
  if (pool_->withdraw(*this)) {
    recall();
    return stop();
  }
  if (returned_.load(std::memory_order_acquire)) return;
  cancelled_ = true;
  // Not from here: what is registered with the token is code of users, and a cancel in progress runs none.
  if (const std::stop_source* token = stop_source()) {
    loop().call_soon([source = std::stop_source(*token)]() mutable { source.request_stop(); });
  }
}

void PoolOp::describe(OpDescription& to) const { to.is("a call in a thread"); }

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/threads/from_callback.h"

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

bool CallbackState::begin_settling() noexcept {
  std::uint32_t expected = kPending;
  return phase_.compare_exchange_strong(expected, kSettling, std::memory_order_acq_rel, std::memory_order_relaxed);
}

// The await cannot be cancelled any more, so it is there until this has sent it home.
void CallbackState::settled() noexcept { waiter->tell(); }

bool CallbackState::cancel() noexcept {
  std::uint32_t expected = kPending;
  return phase_.compare_exchange_strong(expected, kCancelled, std::memory_order_acq_rel, std::memory_order_relaxed);
}

void CallbackState::unref_callback() noexcept {
  if (callbacks_.fetch_sub(1, std::memory_order_acq_rel) == 1 && begin_settling()) {
    error = std::make_exception_ptr(
        RuntimeError("from_callback: every copy of the callback was destroyed without being called, so that the await "
                     "could never end: call it, or its fail(), on every path"));
    settled();
  }
  unref();
}

void CallbackRef::hold() noexcept {
  if (!state_) return;
  state_->ref();
  state_->ref_callback();
}

CallbackRef::~CallbackRef() {
  if (state_) state_->unref_callback();
}

CallbackState& CallbackRef::state() const {
  if (!state_) throw RuntimeError("this eddy::Callback was moved from: call the one it was moved to");
  return *state_;
}

CallbackOp::~CallbackOp() {
  if (!state_) return;
  if (state_->error)
    report_lost_error("error given to a callback, which nobody took", std::exchange(state_->error, {}));
  state_->unref();
}

Step CallbackOp::start(Strand& strand, Cont cont) noexcept {
  if (!leave(strand, cont)) return Step::none();
  state_->waiter = this;
  CallbackRef hold(state_);  // no verdict on dropped callbacks before it has returned or thrown
  try {
    initiate(on_cancel_);
  } catch (...) {
    if (state_->cancel()) {  // else it was called before that: its result counts, and so does this
      state_->error = std::current_exception();
      recall();
      grant();
    } else {
      report_lost_error("from_callback: the function that starts it threw after the callback was called",
                        std::current_exception());
    }
  }
  return Step::none();
}

// A cancel in progress runs no code of users: that waits for the dispatch.
void CallbackOp::cancel() noexcept {
  if (state() != kArmed || cancelled_ || !state_->cancel()) return;
  cancelled_ = true;
  loop().post(*this);
}

bool CallbackOp::arrive() noexcept {
  if (!cancelled_) return true;
  if (on_cancel_) tell_api();
  return false;
}

void CallbackOp::tell_api() noexcept {
  running.strand = nullptr;
  try {
    on_cancel_();
  } catch (...) {
    report_lost_error("from_callback: the function that cancels it threw", std::current_exception());
  }
}

void CallbackOp::describe(OpDescription& to) const { to.is("a callback"); }

}  // namespace eddy::detail

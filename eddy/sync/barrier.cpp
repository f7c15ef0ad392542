// SPDX-License-Identifier: MIT
#include "eddy/sync/barrier.h"

#include "eddy/core/op_description.h"

namespace eddy {

using detail::BarrierWait;

void Barrier::let_go(BarrierWait& op, std::size_t index) noexcept {
  op.index_ = index;
  ++leaving_;
  op.grant();
}

void Barrier::let_all_go() noexcept {
  std::size_t index = 0;
  while (detail::Op* op = waiters_.pop()) let_go(static_cast<BarrierWait&>(*op), index++);
  waiting_ = 0;
  ++round_;
}

void Barrier::arrive(BarrierWait& op) noexcept {
  op.round_ = broken_ ? BarrierWait::kBroken : round_;
  if (broken_) {
    let_go(op, 0);
  } else if (is_last()) {
    let_all_go();
    let_go(op, parties_ - 1);
  } else if (waiters_.add(op)) {
    ++waiting_;
  } else {
    op.barrier_ = nullptr;
    op.grant();
  }
}

void Barrier::spoil() noexcept {
  spoiled_ = round_;
  let_all_go();
}

void Barrier::abort() noexcept {
  broken_ = true;
  spoil();
}

// As in asyncio: who waits while others are still leaving does not take part yet, so a reset does not hit it.
void Barrier::reset() noexcept {
  broken_ = false;
  if (leaving_ > 0) {
    spoiled_ = round_ - 1;
  } else {
    spoil();
  }
}

namespace detail {

bool BarrierWait::ready() noexcept {
  if (barrier_->broken_) {
    if (!running.spend()) return false;
    round_ = kBroken;
    return true;
  }
  if (!barrier_->is_last() || !running.spend()) return false;
  barrier_->let_all_go();
  round_ = kPassed;
  index_ = barrier_->parties_ - 1;
  return true;
}

Step BarrierWait::start(Strand& strand, Cont cont) noexcept {
  if (begin(strand, cont)) barrier_->arrive(*this);
  return Step::none();
}

void BarrierWait::leave() noexcept {
  if (state() == kReady && barrier_) --barrier_->leaving_;
}

void BarrierWait::cancel() noexcept {
  if (state() == kArmed) {
    barrier_->waiters_.remove(*this);
    --barrier_->waiting_;
  }
  leave();
  stop();
}

void BarrierWait::describe(OpDescription& to) const {
  to.is("Barrier", barrier_);
  to.add(barrier_->waiting_, "of " + std::to_string(barrier_->parties_) + " arrived");
}

std::size_t BarrierWait::take() {
  leave();
  set_state(kIdle);
  if (!barrier_) throw_other_loop("eddy::Barrier");
  if (round_ <= barrier_->spoiled_) {
    throw BrokenBarrierError(
        "Barrier::wait(): the barrier is broken: it was aborted, or reset while tasks waited at it");
  }
  return index_;
}

}  // namespace detail
}  // namespace eddy

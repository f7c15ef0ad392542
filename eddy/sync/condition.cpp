// SPDX-License-Identifier: MIT
#include "eddy/sync/condition.h"

#include <string>

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"

namespace eddy {

using detail::ConditionWaitBase;

void Condition::check_locked(const char* what) const {
  if (!locked()) throw RuntimeError(std::string(what) + ": the condition's lock is not acquired");
}

void Condition::notify(std::size_t n) {
  check_locked("Condition::notify()");
  while (n > 0 && wake_one()) --n;
}

void Condition::notify_all() {
  check_locked("Condition::notify_all()");
  while (wake_one()) {
  }
}

bool Condition::wake_one() noexcept {
  auto* waiter = static_cast<ConditionWaitBase*>(waiters_.pop());
  if (!waiter) return false;
  waiter->notified_ = true;
  waiter->relock();
  return true;
}

namespace detail {

bool ConditionWaitBase::check_guard() noexcept {
  if (guard_->holds(condition_->permits())) [[likely]]
    return true;
  fault_ = kNotAcquired;
  return false;
}

Step ConditionWaitBase::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (satisfied()) {
    grant();
  } else {
    park();
  }
  return Step::none();
}

void ConditionWaitBase::park() noexcept {
  set_state(kArmed);
  notified_ = false;
  if (!condition_->waiters_.add(*this)) {
    fault_ = kOtherLoop;
    grant();
    return;
  }
  phase_ = kParked;
  condition_->permits().give_back();
}

void ConditionWaitBase::relock() noexcept {
  phase_ = kLocking;
  (void)condition_->permits().join(*this);
}

// The lock has been granted, unless a cancel came in between: `satisfied` may even cause one.
void ConditionWaitBase::run() noexcept {
  if (state() == kReady && phase_ == kLocking) {
    phase_ = kHolding;
    running.strand = &strand();
    if (cancelling_) {
      set_state(kStopped);
    } else if (!satisfied() && state() == kReady) {
      return park();
    }
  }
  Op::run();
}

void ConditionWaitBase::cancel() noexcept {
  if (cancelling_) return;
  cancelling_ = true;
  if (notified_) pass_on();
  if (state() == kReady) return stop();
  if (phase_ != kParked) return;  // in line for the lock already
  condition_->waiters_.remove(*this);
  relock();
}

void ConditionWaitBase::describe(OpDescription& to) const {
  if (phase_ == kLocking) {
    const detail::Permits& lock = condition_->permits();
    to.is("Lock", &lock);
    to.taker = lock.taker();
    lock.waiters().describe_place(*this, to);
    to.add(cancelling_ ? "to end its wait for a Condition" : "notified by a Condition");
  } else {
    to.is("Condition", condition_);
  }
}

void ConditionWaitBase::pass_on() noexcept { condition_->wake_one(); }

void ConditionWaitBase::throw_fault() const {
  if (fault_ == kOtherLoop) throw_other_loop("eddy::Condition");
  throw RuntimeError("Condition::wait(): the guard does not hold the condition's lock; co_await acquire() first");
}

}  // namespace detail
}  // namespace eddy

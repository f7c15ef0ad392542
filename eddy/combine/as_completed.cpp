// SPDX-License-Identifier: MIT
#include "eddy/combine/as_completed.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

CompletedBase::~CompletedBase() {
  assert(!waiting_ && "as_completed: destroyed while a task awaits next()");
  disarm();
}

void CompletedBase::leave_loop() noexcept {
  disarm();
  Detached::leave_loop();
}

void CompletedBase::disarm() noexcept {
  if (timed_) loop_of(static_cast<const Owner&>(*this)).timers().remove(deadline_);
  timed_ = false;
}

void CompletedBase::track(Entry& entry) noexcept {
  ++left_;
  if (entry.task().done()) {
    ended(entry);
  } else {
    entry.watch();
  }
}

void CompletedBase::set_limit(Nanos limit) noexcept {
  if (limit == kForever) return;
  if (limit <= 0) {
    expired_ = true;
    return;
  }
  timed_ = true;
  running.loop->timers().add_after(deadline_, limit);
}

void CompletedBase::ended(Entry& entry) noexcept {
  if (last_) {
    last_->after = &entry;
  } else {
    first_ = &entry;
  }
  last_ = &entry;
  wake();
}

void CompletedBase::expire() noexcept {
  timed_ = false;
  expired_ = true;
  wake();
}

void CompletedBase::wake() noexcept {
  if (waiting_) std::exchange(waiting_, nullptr)->grant();
}

CompletedBase::Entry* CompletedBase::pop() noexcept {
  Entry* entry = first_;
  if (!entry) return nullptr;
  first_ = entry->after;
  if (!first_) last_ = nullptr;
  --left_;
  return entry;
}

Step CompletedBase::Next::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  second = completed->waiting_ != nullptr;
  if (second || completed->decided()) {
    grant();
  } else {
    completed->waiting_ = this;
  }
  return Step::none();
}

void CompletedBase::Next::cancel() noexcept {
  if (completed->waiting_ == this) completed->waiting_ = nullptr;
  stop();
}

void CompletedBase::Next::describe(OpDescription& to) const {
  to.is("as_completed");
  to.add(completed->left_, "left");
  if (completed->timed_) to.when = completed->deadline_.when;
}

void CompletedBase::Next::check() {
  if (second || (completed->waiting_ && completed->waiting_ != this)) {
    throw RuntimeError("as_completed: next() is awaited by another task already");
  }
  if (completed->expired_ && !completed->first_ && completed->left_ > 0) {
    throw TimeoutError("as_completed: timed out with " + std::to_string(completed->left_) + " tasks still running",
                       completed);
  }
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/time/sleep.h"

#include "eddy/core/op_description.h"

namespace eddy::detail {
namespace {

void disarm(TimerOp& timer) noexcept {
  if (timer.state() == Op::kArmed) running.loop->timers().remove(timer);
  timer.stop();
}

void describe_timer(OpDescription& to, const TimerOp& timer) {
  to.is("Sleep");
  to.when = timer.when;
}

}  // namespace

Step Sleep::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (when <= 0) {
    grant();
    return Step::none();
  }
  running.loop->timers().add_after(*this, when);
  return Step::none();
}

void Sleep::cancel() noexcept { disarm(*this); }

Step SleepUntil::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (when <= running.loop->now()) {
    grant();
  } else {
    running.loop->timers().add(*this);
  }
  return Step::none();
}

void SleepUntil::cancel() noexcept { disarm(*this); }

void Sleep::describe(OpDescription& to) const { describe_timer(to, *this); }
void SleepUntil::describe(OpDescription& to) const { describe_timer(to, *this); }

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/time/timeout.h"

#include <cstdio>

#include "eddy/core/loop.h"

namespace eddy {

using detail::Cont;
using detail::running;
using detail::Step;
using detail::Strand;

void Timeout::open(Strand& strand, Cont cont) noexcept {
  enter(strand, cont);
  strand.push(*this);
  if (TimerOp::when == detail::kForever) return;
  if (relative_ && TimerOp::when > 0) {
    armed_ = true;
    running.loop->timers().add_after(*this, TimerOp::when);
  } else if (!relative_ && TimerOp::when > running.loop->now()) {
    arm();
  } else {
    if (relative_) TimerOp::when = running.loop->now();
    expired_ = true;
    flags |= kRequested | kEffective;
  }
}

void Timeout::arm() noexcept {
  armed_ = true;
  running.loop->timers().add(*this);
}

TimePoint Timeout::when() noexcept {
  if (armed_) running.loop->timers().settle_one(*this, running.loop->now());
  return detail::to_time_point(TimerOp::when);
}

void Timeout::disarm() noexcept {
  if (!armed_) return;
  armed_ = false;
  running.loop->timers().remove(*this);
}

void Timeout::reschedule(TimePoint deadline) {
  if (expired_) throw RuntimeError("reschedule(): this timeout has expired already");
  disarm();
  TimerOp::when = detail::to_nanos(deadline);
  if (TimerOp::when != detail::kForever) arm();
}

void Timeout::fire() noexcept {
  armed_ = false;
  expired_ = true;
  detail::cancel_scope(strand(), *this);
}

void Timeout::close() noexcept {
  disarm();
  strand().pop(*this);
}

Step Timeout::child_done() noexcept {
  close();
  return Step::resume(cont());
}

// Ours to answer for only if nobody outside is cancelled as well.
Step Timeout::child_cancelled() noexcept {
  close();
  if (!expired_ || strand().cancelled()) return Step::unwind(cont());
  timed_out_ = true;
  return Step::resume(cont());
}

TimePoint detail::deadline_of(CancelScope& timed) noexcept { return static_cast<Timeout&>(timed).when(); }

TimePoint detail::nearest_deadline(Strand& strand) noexcept {
  TimePoint nearest = TimePoint::max();
  for (CancelScope* scope = strand.top(); scope && !scope->has(CancelScope::kShield); scope = scope->up) {
    if (!scope->has(CancelScope::kTimed)) continue;
    if (TimePoint when = deadline_of(*scope); when < nearest) nearest = when;
  }
  return nearest;
}

TimePoint current_deadline() noexcept {
  if (!running.strand) return TimePoint::max();
  if (running.strand->cancelled()) return TimePoint::min();
  return detail::nearest_deadline(*running.strand);
}

void Timeout::throw_timeout() const { throw TimeoutError("timed out", this); }

}  // namespace eddy

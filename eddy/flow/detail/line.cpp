// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/line.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {
namespace {

// Between two runs of a loop somebody has to say which one that is.
Loop& loop_for(const Op& op) noexcept { return running.loop ? *running.loop : loop_of(op.strand()); }

}  // namespace

LineOp* Line::first() const noexcept { return static_cast<LineOp*>(waiters_.first()); }

bool Line::try_take(std::size_t n, Nanos now) noexcept {
  if (!admits(n, now)) return false;
  reserve(n);
  commit(n, now);
  return true;
}

bool Line::join(LineOp& op) noexcept {
  bool is_first = waiters_.empty();
  if (!waiters_.add(op)) return false;
  if (is_first) advance();
  return true;
}

void Line::leave(LineOp& op) noexcept {
  bool was_first = &op == first();
  waiters_.remove(op);
  if (was_first) advance();
}

void Line::confirm(std::size_t n, Nanos now) noexcept {
  commit(n, now);
  if (!waiters_.empty()) advance();
}

void Line::give_back(std::size_t n) noexcept {
  release(n);
  if (!waiters_.empty()) advance();
}

void Line::advance() noexcept {
  disarm();
  while (LineOp* op = first()) {
    Loop& loop = loop_for(*op);
    Nanos now = loop.now();
    Nanos at = free_at(op->n(), now);
    if (at > now) return arm(loop, at);
    reserve(op->n());
    waiters_.grant_first();
  }
}

void Line::arm(Loop& loop, Nanos at) noexcept {
  if (at == kForever) return;
  timer_.when = at;
  timer_.armed_on = &loop;
  loop.timers().add(timer_);
}

void Line::disarm() noexcept {
  if (Loop* loop = std::exchange(timer_.armed_on, nullptr)) loop->timers().remove(timer_);
}

void Line::Timer::fire() noexcept {
  armed_on = nullptr;
  line.advance();
}

bool LineOp::ready() noexcept {
  if (!line_->waiters().empty() || !line_->admits(n_, running.loop->now()) || !running.spend()) return false;
  line_->take_for(n_);
  set_state(kReady);
  return true;
}

Step LineOp::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (!line_->join(*this)) {
    line_ = nullptr;
    grant();
  }
  return Step::none();
}

void LineOp::cancel() noexcept {
  if (state() == kArmed) line_->leave(*this);
  give_up_grant();
  stop();
}

Line& LineOp::claim_reserved(const char* what) {
  if (!line_) [[unlikely]]
    throw_other_loop(what);
  set_state(kIdle);
  return *line_;
}

void LineOp::claim(const char* what) { claim_reserved(what).confirm(n_, running.loop->now()); }

void LineOp::describe_as(const char* what, OpDescription& to) const {
  std::string_view name(what);
  name.remove_prefix(name.find_last_of(':') + 1);  // messages have it with its namespace
  to.is(name, line_);
  line_->waiters().describe_place(*this, to);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/flow/circuit_breaker.h"

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/flow/detail/span_text.h"

namespace eddy {
namespace {

TimePoint after(TimePoint start, detail::Nanos span) {
  return detail::to_time_point(detail::saturating_add(detail::to_nanos(start), span));
}

}  // namespace

CircuitBreaker::State CircuitBreaker::state() const noexcept {
  if (!open_) return State::kClosed;
  return probing_ || now() >= after(opened_at_, open_for_) ? State::kHalfOpen : State::kOpen;
}

std::uint64_t CircuitBreaker::enter() {
  if (!open_) return era_;
  if (probing_ || now() < after(opened_at_, open_for_)) refuse();
  probing_ = true;
  return ++era_;
}

void CircuitBreaker::leave(std::uint64_t era) noexcept {
  if (era == era_) probing_ = false;
}

void CircuitBreaker::count(std::uint64_t era, const std::exception_ptr& error) {
  if (error && detail::is_cancellation(error)) return leave(era);
  ScopeGuard undecided([&] { leave(era); });
  bool failed = error && failures_are_.matches(error);
  undecided.dismiss();
  if (era != era_) return;
  if (!failed) return reset();
  ++failures_;
  if (open_ || failures_ >= failures_max_) open(error);
}

void CircuitBreaker::open(const std::exception_ptr& error) {
  last_error_ = error;
  opened_at_ = now();
  open_ = true;
  probing_ = false;
  ++era_;
}

void CircuitBreaker::reset() noexcept {
  failures_ = 0;
  if (!open_) return;
  open_ = probing_ = false;
  last_error_ = nullptr;
  ++era_;
}

void CircuitBreaker::refuse() const {
  TimePoint retry_at = after(opened_at_, open_for_);
  std::string next =
      probing_ ? "it is being tried again just now" : "it is tried again in " + detail::span_text(retry_at - now());
  throw CircuitOpenError("the circuit is open, since " + detail::span_text(now() - opened_at_) + ", after " +
                             std::to_string(failures_) + (failures_ == 1 ? " failure" : " failures in a row") +
                             ", the last one " + describe(last_error_) + "; " + next,
                         retry_at);
}

}  // namespace eddy

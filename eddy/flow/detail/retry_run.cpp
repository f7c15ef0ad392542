// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/retry_run.h"

#include <utility>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/flow/detail/span_text.h"
#include "eddy/flow/retry_budget.h"

namespace eddy {

std::string RetryState::message() const { return error_ ? describe(error_) : "an unsatisfactory result"; }

namespace detail {

RetryRun::RetryRun(const Retry& policy)
    : policy_(policy), start_(now()), deadline_(to_time_point(saturating_add(to_nanos(start_), policy.deadline_))) {
  if (policy.budget_) policy.budget_->deposit();
}

void RetryRun::begin(const void* timeout) {
  timeout_ = timeout;
  if (policy_.breaker_) pass_.emplace(*policy_.breaker_);
}

void RetryRun::note(std::exception_ptr error) {
  if (pass_) pass_->ended(error);
  pass_.reset();
  ++state_.attempt_;
  state_.elapsed_ = now() - start_;
  state_.delay_ = {};
  state_.error_ = std::move(error);
}

bool RetryRun::failed(std::exception_ptr error) {
  note(error);
  state_.result_ = nullptr;
  keep(error);
  if (ran_into_deadline(error)) return give_up(GaveUp::kDeadline);
  if (!policy_.errors_.matches(error)) return true;
  return go_on();
}

bool RetryRun::returned(const void* result, const std::type_info& type) {
  note(nullptr);
  if (!policy_.unsatisfactory_) return true;
  if (*policy_.result_type_ != type) {
    throw RuntimeError(
        "retry: the policy's on_result looks at another type than the function gives: let its parameter "
        "be exactly that");
  }
  state_.result_ = result;
  state_.result_type_ = &type;
  if (!policy_.unsatisfactory_(state_)) return true;
  keep(std::make_exception_ptr(
      UnsatisfactoryResult("attempt " + std::to_string(state_.attempt_) + " returned an unsatisfactory result")));
  return go_on();
}

// Who retries for ever must not fill the memory.
void RetryRun::keep(std::exception_ptr error) {
  constexpr std::size_t kKept = 100;
  if (errors_.size() == kKept) errors_.erase(errors_.begin());
  errors_.push_back(std::move(error));
}

bool RetryRun::ran_into_deadline(const std::exception_ptr& error) const noexcept {
  const auto* timeout = error_cast<TimeoutError>(error);
  return timeout && timeout->scope() == timeout_;
}

// Cancelled meanwhile, the sleep that follows says so.
bool RetryRun::go_on() {
  if (policy_.after_) policy_.after_(state_);
  if (state_.attempt_ >= policy_.attempts_) return give_up(GaveUp::kAttempts);
  TimePoint around = current_deadline();
  if (around == TimePoint::min()) return false;
  Duration delay = next_delay();
  TimePoint next = to_time_point(saturating_add(to_nanos(now()), delay.count()));
  state_.delay_ = delay;
  if (next >= deadline_ && deadline_ != TimePoint::max()) return give_up(GaveUp::kDeadline);
  if (next >= around && around != TimePoint::max()) return give_up(GaveUp::kTimeout);
  if (policy_.budget_ && !policy_.budget_->try_withdraw()) return give_up(GaveUp::kBudget);
  if (policy_.before_sleep_) policy_.before_sleep_(state_);
  return false;
}

Duration RetryRun::next_delay() {
  Nanos asked = policy_.retry_after_ ? policy_.retry_after_(state_) : -1;
  if (asked >= 0) return Duration(asked);
  last_drawn_ = policy_.backoff_.delay(state_, last_drawn_, get_running_loop().random());
  return Duration(last_drawn_);
}

bool RetryRun::give_up(GaveUp reason) {
  if (!state_.error_ && policy_.return_last_) return true;
  if (state_.error_ && policy_.reraise_) return true;  // as it is
  throw RetryError(why(reason), reason, state_.attempt_, std::move(errors_), state_.elapsed_);
}

std::string RetryRun::why(GaveUp reason) const {
  std::string next = "the next attempt, " + span_text(state_.delay_) + " later, would be after ";
  switch (reason) {
    case GaveUp::kAttempts:
      return "that was the last one allowed";
    case GaveUp::kDeadline:
      if (now() >= deadline_) return "the deadline of " + span_text(deadline_ - start_) + " is over";
      return next + "the deadline of " + span_text(deadline_ - start_);
    case GaveUp::kTimeout:
      return next + "the timeout around it, which is " + span_text(current_deadline() - now()) + " ahead";
    case GaveUp::kBudget:
      return "the retry budget is used up";
  }
  return {};
}

}  // namespace detail
}  // namespace eddy

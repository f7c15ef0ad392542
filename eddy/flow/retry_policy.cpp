// SPDX-License-Identifier: MIT
#include "eddy/flow/retry_policy.h"

#include <string>

#include "eddy/base/error.h"

namespace eddy {

Retry& Retry::set_attempts(std::size_t n) {
  if (n == 0) throw RuntimeError("Retry::attempts: there must be at least 1, the first one is counted");
  attempts_ = n;
  attempts_chosen_ = true;
  return *this;
}

Retry& Retry::set_deadline(detail::Nanos total) {
  if (total <= 0) throw RuntimeError("Retry::deadline: it must be more than zero");
  deadline_ = total;
  if (!attempts_chosen_) attempts_ = kUnlimited;
  return *this;
}

Retry& Retry::set_backoff(detail::Nanos first, detail::Nanos max, double factor) {
  if (first < 0 || max < first || !(factor >= 1)) {
    throw RuntimeError("Retry::exponential(first, max, factor): needs 0 <= first <= max and a factor of at least 1");
  }
  backoff_.first = first;
  backoff_.max = max;
  backoff_.factor = factor;
  backoff_.custom = {};
  return choose_delays();
}

// Who says which delays gets these, and jitter if he says so, too.
Retry& Retry::choose_delays() noexcept {
  if (!jitter_chosen_) backoff_.jitter = Jitter::none;
  return *this;
}

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "eddy/base/invoke.h"
#include "eddy/core/outcome.h"
#include "eddy/flow/circuit_breaker.h"
#include "eddy/flow/retry_error.h"
#include "eddy/flow/retry_policy.h"

namespace eddy::detail {

/// One retry in progress: what has failed so far, and whether to go on. Knows the results by their type only.
class RetryRun {
 public:
  explicit RetryRun(const Retry& policy);

  TimePoint deadline() const noexcept { return deadline_; }
  /// An attempt begins, inside the timeout of that id. Throws CircuitOpenError.
  void begin(const void* timeout);

  /// True if this is how the retry ends. Otherwise `delay()` is to be slept, or, to give up, it throws.
  template <class T>
  bool settled(const Outcome<T>& attempt) {
    if (attempt.error()) return failed(attempt.error());
    if constexpr (std::is_void_v<T>) {
      return returned(nullptr, typeid(void));
    } else {
      return returned(address_of(attempt.value()), typeid(std::remove_cvref_t<T>));
    }
  }
  Duration delay() const noexcept { return state_.delay_; }

 private:
  bool failed(std::exception_ptr error);
  bool returned(const void* result, const std::type_info& type);
  void note(std::exception_ptr error);
  void keep(std::exception_ptr error);
  bool ran_into_deadline(const std::exception_ptr& error) const noexcept;
  bool go_on();
  Duration next_delay();
  bool give_up(GaveUp reason);
  std::string why(GaveUp reason) const;

  const Retry& policy_;
  TimePoint start_;
  TimePoint deadline_;
  const void* timeout_ = nullptr;
  std::optional<CircuitBreaker::Pass> pass_;
  RetryState state_;
  Nanos last_drawn_ = 0;
  std::vector<std::exception_ptr> errors_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/error_filter.h"

#include <stdexcept>

#include "eddy/base/error.h"
#include "eddy/flow/circuit_breaker.h"
#include "eddy/flow/retry_error.h"

namespace eddy::detail {
namespace {

template <class... E>
bool is_one_of(const std::exception_ptr& error) noexcept {
  return (error_cast<E>(error) || ...);
}

bool may_pass(const std::exception_ptr& error) noexcept {
  return is_one_of<std::exception>(error) &&
         !is_one_of<std::logic_error, RuntimeError, CircuitOpenError, RetryError>(error);
}

}  // namespace

bool is_cancellation(const std::exception_ptr& error) noexcept { return is_one_of<Cancelled, TaskCancelled>(error); }

bool ErrorFilter::matches(const std::exception_ptr& error) const {
  if (is_cancellation(error)) return false;
  return test_ ? test_(error) : may_pass(error);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/flow/retry_error.h"

#include <utility>

#include "eddy/base/error.h"
#include "eddy/flow/detail/span_text.h"

namespace eddy {
namespace {

std::string summary(const std::string& why, std::size_t attempts, const std::exception_ptr& last, Duration elapsed) {
  return "gave up after " + std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts") + " in " +
         detail::span_text(elapsed) + ": " + why + "; the last error was " + describe(last);
}

}  // namespace

RetryError::RetryError(const std::string& why, GaveUp reason, std::size_t attempts,
                       std::vector<std::exception_ptr> errors, Duration elapsed)
    : ExceptionGroup(summary(why, attempts, errors.back(), elapsed), errors),
      attempts_(attempts),
      elapsed_(elapsed),
      reason_(reason) {}

}  // namespace eddy

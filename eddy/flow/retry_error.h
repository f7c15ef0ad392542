// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/exception_group.h"
#include "eddy/core/time_point.h"

namespace eddy {

/// Why a retry gave up.
enum class GaveUp : std::uint8_t {
  kAttempts,  ///< all attempts were used up
  kDeadline,  ///< the policy's deadline passed, or would have before the next attempt
  kTimeout,   ///< a timeout around the retry would have passed before the next attempt
  kBudget,    ///< the budget allows no more retries for now
};

/// What `retry` throws when it gives up: the errors of all attempts, in order (of very many, the last hundred), with
/// why and after how long.
///
/// tenacity's RetryError, which knows the last attempt only. `.reraise()` in the policy throws the last error instead.
class RetryError : public ExceptionGroup {
 public:
  RetryError(const std::string& why, GaveUp reason, std::size_t attempts, std::vector<std::exception_ptr> errors,
             Duration elapsed);

  std::size_t attempts() const noexcept { return attempts_; }
  /// The error of the last attempt.
  const std::exception_ptr& last() const noexcept { return exceptions().back(); }
  Duration elapsed() const noexcept { return elapsed_; }
  GaveUp reason() const noexcept { return reason_; }

 private:
  std::size_t attempts_;
  Duration elapsed_;
  GaveUp reason_;
};

/// In a RetryError, the place of an attempt that failed without an error: `on_result` was not content with its result.
class UnsatisfactoryResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <typeinfo>

#include "eddy/core/time_point.h"
#include "eddy/flow/detail/error_filter.h"

namespace eddy {

namespace detail {
class RetryRun;
}

/// What the callbacks of a Retry see: an attempt that has just failed, and what comes next. Valid during the call.
class RetryState {
 public:
  /// Which attempt it was; the first is 1.
  std::size_t attempt() const noexcept { return attempt_; }
  /// Since the first attempt began.
  Duration elapsed() const noexcept { return elapsed_; }
  /// How long the retry sleeps before the next attempt. Zero until that is decided, which is before `before_sleep`.
  Duration delay() const noexcept { return delay_; }

  /// What the attempt threw; null if it returned something.
  const std::exception_ptr& error() const noexcept { return error_; }
  /// The same as an `E`; null when it is something else.
  template <class E>
  const E* error_as() const noexcept {
    return detail::error_cast<E>(error_);
  }
  /// What it returned, if that is exactly an `R`; else null.
  template <class R>
  const R* result_as() const noexcept {
    return result_ && *result_type_ == typeid(R) ? static_cast<const R*>(result_) : nullptr;
  }
  /// A line for a log: what the error says, or that the result was not satisfactory.
  std::string message() const;

 private:
  friend class detail::RetryRun;
  RetryState() = default;

  std::size_t attempt_ = 0;
  Duration elapsed_{};
  Duration delay_{};
  std::exception_ptr error_;
  const void* result_ = nullptr;
  const std::type_info* result_type_ = nullptr;
};

}  // namespace eddy

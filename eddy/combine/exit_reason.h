// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <utility>

namespace eddy {

/// How the body of a `with` ended: what `aexit` is told, and what `co_yield` returns in a ContextManager.
///
/// Exactly one of `value()`, `failed()` and `cancelled()` is true. It is for looking (commit or roll back): the error
/// goes on to the caller of `with` whatever the exit does, unless the exit throws another one.
class ExitReason {
 public:
  /// The body ended in a value.
  ExitReason() noexcept = default;
  explicit ExitReason(std::exception_ptr error) noexcept : error_(std::move(error)) {}
  static ExitReason was_cancelled() noexcept {
    ExitReason reason;
    reason.cancelled_ = true;
    return reason;
  }

  bool value() const noexcept { return !error_ && !cancelled_; }
  bool failed() const noexcept { return error_ != nullptr; }
  bool cancelled() const noexcept { return cancelled_; }
  /// The body's error, or null.
  const std::exception_ptr& error() const noexcept { return error_; }
  /// The error as an `E`, or null when it is something else or none. Lives as long as the reason.
  template <class E>
  const E* error_as() const noexcept {
    if (!error_) return nullptr;
    try {
      std::rethrow_exception(error_);
    } catch (const E& e) {
      return &e;
    } catch (...) {
      return nullptr;
    }
  }

 private:
  std::exception_ptr error_;
  bool cancelled_ = false;
};

}  // namespace eddy

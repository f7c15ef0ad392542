// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace eddy {

/// The library was used in a way that cannot work; the message says which and what to do instead.
class RuntimeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Something was asked of a task that it cannot answer in its state, such as `result()` before it is done.
class InvalidStateError : public RuntimeError {
 public:
  using RuntimeError::RuntimeError;
};

/// A `wait_for` or `timeout` ran out before its body ended.
///
/// `scope()` tells which one, so that an outer timeout can be told from a nested one; `Timeout::expired()` answers the
/// same.
class TimeoutError : public std::runtime_error {
 public:
  explicit TimeoutError(const std::string& message, const void* scope = nullptr)
      : std::runtime_error(message), scope_(scope) {}
  const void* scope() const noexcept { return scope_; }

 private:
  const void* scope_;
};

/// The task that was awaited, or whose result was asked for, was cancelled by somebody else.
///
/// An ordinary error, unlike `Cancelled`: "the thing you waited for was cancelled" is not "you are being cancelled".
class TaskCancelled : public std::runtime_error {
 public:
  explicit TaskCancelled(const std::string& message) : std::runtime_error(message) {}
};

/// You are being cancelled. Thrown only by `raising(op)` and by `Outcome::value()`; everywhere else a cancellation
/// destroys the frames it passes and is seen by destructors alone.
///
/// Deliberately no `std::exception`, so that `catch (const std::exception&)` does not swallow it.
class Cancelled final {
 public:
  Cancelled() = default;
  explicit Cancelled(std::string reason) : reason_(std::move(reason)) {}
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string reason_;
};

/// What an error is called in a message: `what()` of a standard exception, else the name of its type.
std::string describe(const std::exception_ptr& error);
std::string describe(const std::exception& error);

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace eddy {

/// The stream ended before the bytes came that were asked for. asyncio's IncompleteReadError.
class IncompleteReadError : public std::runtime_error {
 public:
  IncompleteReadError(const std::string& message, std::string partial)
      : std::runtime_error(message), partial_(std::move(partial)) {}
  /// What came before the end.
  const std::string& partial() const noexcept { return partial_; }

 private:
  std::string partial_;
};

/// More bytes came than the stream's limit allows, and the separator was not among them. They stay in the stream.
/// asyncio's LimitOverrunError.
class LimitOverrunError : public std::runtime_error {
 public:
  LimitOverrunError(const std::string& message, std::size_t limit) : std::runtime_error(message), limit_(limit) {}
  std::size_t limit() const noexcept { return limit_; }

 private:
  std::size_t limit_;
};

/// The stream, server or file was closed on this side, before or during the operation.
class ClosedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/base/error.h"

namespace eddy {

/// The worker process that ran a function ended before the function did: it crashed, was killed, or left by itself.
/// Only the call it served gets this; the pool starts another worker.
class WorkerDied : public RuntimeError {
 public:
  WorkerDied(const std::string& message, int signal, int exit_code)
      : RuntimeError(message), signal_(signal), exit_code_(exit_code) {}
  /// The signal that killed it, SIGSEGV for instance; 0 when it exited.
  int signal() const noexcept { return signal_; }
  /// What it exited with; -1 when it was killed.
  int exit_code() const noexcept { return exit_code_; }

 private:
  int signal_;
  int exit_code_;
};

/// An error of a function in a worker process whose type cannot be made again here. The standard exceptions, and this
/// library's, arrive as what they were.
class RemoteError : public RuntimeError {
 public:
  RemoteError(std::string type, const std::string& message)
      : RuntimeError(type + ": " + message), type_(std::move(type)) {}
  /// The name of its type in the worker.
  const std::string& type() const noexcept { return type_; }

 private:
  std::string type_;
};

}  // namespace eddy

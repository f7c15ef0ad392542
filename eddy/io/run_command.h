// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/io/command.h"

namespace eddy {

/// A command did not end with code 0. Python's CalledProcessError; thrown by `CompletedProcess::check`.
class CalledProcessError : public std::runtime_error {
 public:
  CalledProcessError(const std::string& message, std::string command, int returncode, std::string err)
      : std::runtime_error(message), command_(std::move(command)), returncode_(returncode), err_(std::move(err)) {}
  const std::string& command() const noexcept { return command_; }
  /// Its exit code, or minus the signal that killed it.
  int returncode() const noexcept { return returncode_; }
  /// All it has written to stderr, as far as that was captured; the message has the last lines.
  const std::string& err() const noexcept { return err_; }

 private:
  std::string command_;
  int returncode_;
  std::string err_;
};

/// What `run_command` gives. Python's CompletedProcess.
struct CompletedProcess {
  CompletedProcess(std::string line, int code, std::string stdout_text, std::string stderr_text) noexcept
      : command(std::move(line)), returncode(code), out(std::move(stdout_text)), err(std::move(stderr_text)) {}

  /// Itself; throws CalledProcessError unless the code is 0. Python's check_returncode().
  const CompletedProcess& check() const&;
  CompletedProcess check() &&;

  std::string command;
  int returncode;
  std::string out;
  std::string err;
};

/// `auto done = co_await run_command("git", "status")`: runs a command to its end, with what it has written. Python's
/// `subprocess.run(…, capture_output=True, input=…)`.
///
/// What the command says of its descriptors is kept; else stdout and stderr are captured, and stdin has the input.
/// Cancelled, it ends the process (see Process) before it goes. An exit code is no error: `(co_await …).check()` makes
/// it one.
Task<CompletedProcess> run_command(Command command, std::string input = {});

template <class... Words>
  requires(sizeof...(Words) > 0 && (std::constructible_from<std::string, Words> && ...))
Task<CompletedProcess> run_command(Words&&... words) {
  return run_command(Command(std::forward<Words>(words)...));
}

}  // namespace eddy

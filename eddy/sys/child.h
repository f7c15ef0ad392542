// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "eddy/sys/fd.h"

namespace eddy::sys {

/// How a process ended.
struct ProcessEnd {
  int signal = 0;      ///< what killed it; 0 when it exited
  int exit_code = -1;  ///< -1 when it was killed, or when somebody else has reaped it and nobody knows
  /// "was killed by SIGSEGV (Segmentation fault)", "exited with code 3".
  std::string text() const;
};

/// What a child process is to be.
struct ChildPlan {
  enum class Group : std::uint8_t { ours, own_group, own_session };

  ChildPlan() = default;

  std::string program;                 ///< looked for in its PATH unless it has a slash
  std::vector<std::string> arguments;  ///< from argv[0] on
  /// "NAME=value" each; as ours unless set.
  std::optional<std::vector<std::string>> environment;
  std::string directory;  ///< where it starts; where we are if empty
  /// Its descriptor i is our descriptors[i], still ours to close; -1 for none. It gets no others.
  std::vector<int> descriptors = {0, 1, 2};
  Group group = Group::ours;
};

/// "NAME=value" each: the environment of this process.
[[nodiscard]] std::vector<std::string> current_environment();

/// A child process, and the duty to reap it. Killed, and waited for, when this dies while it runs; not by a fork of
/// this process, whose child it is not.
///
/// The child has no signal blocked or caught; ignored are only SIGHUP, SIGINT and SIGQUIT, and these if they are
/// ignored here (nohup; a shell's background jobs). Safe beside other threads: no memory is copied, no code of ours
/// runs in the child.
/// Thread: any, one at a time. Neighbour: `Process` in `io` is what programs use.
class Child {
 public:
  /// Starts it, and returns once its program runs. Throws std::system_error that names the program, or the directory.
  explicit Child(const ChildPlan& plan);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Readable once it has ended.
  [[nodiscard]] int pidfd() const noexcept { return pidfd_.get(); }

  /// To it, or to its group if it has one of its own. 0, or an errno: ESRCH once it was reaped.
  int send_signal(int signo) noexcept;
  /// Its end, when that has come; asks without waiting, and reaps it.
  std::optional<ProcessEnd> ended() noexcept;
  /// Kills it, waits until it is gone, and reaps it.
  ProcessEnd end_hard() noexcept;

 private:
  void reap(int flags) noexcept;

  Fd pidfd_;
  pid_t pid_ = -1;
  pid_t owner_;  ///< the process whose child it is
  bool has_group_;
  std::optional<ProcessEnd> end_;
};

}  // namespace eddy::sys

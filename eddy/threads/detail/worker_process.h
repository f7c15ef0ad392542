// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "eddy/sys/fd.h"

namespace eddy::detail {

/// How a process ended.
struct ProcessEnd {
  int signal = 0;      ///< what killed it; 0 when it exited
  int exit_code = -1;  ///< -1 when it was killed
  /// "was killed by SIGSEGV (Segmentation fault)", "exited with code 3".
  std::string text() const;
};

/// One worker: a child process that waits for calls on its socket. Killed, and waited for, when this dies: through its
/// pidfd, since whoever else reaps children (a SIGCHLD handler) may have set its number free for another process.
class WorkerProcess {
 public:
  /// Starts this program once more. `memory_max` bytes of address space, 0 for no limit. Throws std::system_error.
  explicit WorkerProcess(std::uint64_t memory_max);
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess();

  pid_t pid() const noexcept { return pid_; }
  int socket() const noexcept { return socket_.get(); }
  /// Readable once the process has ended.
  int pidfd() const noexcept { return pidfd_.get(); }

  /// No more calls: an idle worker leaves by itself.
  void hang_up() noexcept { socket_.reset(); }
  void kill() noexcept;
  /// Its end, when that has come; asks without waiting.
  std::optional<ProcessEnd> ended() noexcept;

  std::size_t calls = 0;

 private:
  bool reap(int flags) noexcept;
  sys::Fd socket_;
  sys::Fd pidfd_;
  pid_t pid_ = -1;
  pid_t owner_;  ///< the process whose child it is: in a fork of that we leave it alone
  std::optional<ProcessEnd> end_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "eddy/sys/child.h"
#include "eddy/sys/fd.h"

namespace eddy::detail {

using sys::ProcessEnd;

/// One worker: a child process that waits for calls on its socket. Killed, and waited for, when this dies: through its
/// pidfd, since whoever else reaps children (a SIGCHLD handler) may have set its number free for another process.
class WorkerProcess {
 public:
  /// Starts this program once more. `memory_max` bytes of address space, 0 for no limit. Throws std::system_error.
  explicit WorkerProcess(std::uint64_t memory_max);

  pid_t pid() const noexcept { return child_->pid(); }
  int socket() const noexcept { return socket_.get(); }
  /// Readable once the process has ended.
  int pidfd() const noexcept { return child_->pidfd(); }

  /// No more calls: an idle worker leaves by itself.
  void hang_up() noexcept { socket_.reset(); }
  void kill() noexcept { child_->send_signal(SIGKILL); }
  /// Its end, when that has come; asks without waiting.
  std::optional<ProcessEnd> ended() noexcept { return child_->ended(); }

  std::size_t calls = 0;

 private:
  sys::Fd socket_;
  std::optional<sys::Child> child_;
};

}  // namespace eddy::detail

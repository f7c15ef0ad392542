// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/io/command.h"
#include "eddy/io/detail/child_wait.h"
#include "eddy/io/stream.h"

namespace eddy {

namespace detail {
struct ProcessState;
}

/// What a process has written: `auto [out, err] = co_await process.communicate();`
struct ProcessOutput {
  ProcessOutput(std::string stdout_text, std::string stderr_text) noexcept
      : out(std::move(stdout_text)), err(std::move(stderr_text)) {}
  std::string out;
  std::string err;
};

/// A child process. asyncio's Process; made by `create_subprocess_exec`.
///
/// Its end is noticed, and the process reaped, by the loop, whether anybody waits or not. Cancelling `wait()` or
/// `communicate()` only ends the waiting.
///
/// Ownership: movable, empty after. `aclose()` (and `with`) ends a process that still runs: SIGTERM, and SIGKILL after
/// `Command::kill_grace`. Destroying it does the same in the background. A loop that closes waits for its children,
/// that long at most. A process that shall end by itself is waited for first. Thread: the loop's it was started on.
class [[nodiscard]] Process {
 public:
  Process() noexcept = default;
  /// Advanced: what `create_subprocess_exec` makes.
  explicit Process(std::shared_ptr<detail::ProcessState> state) noexcept;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  [[nodiscard]] int pid() const;
  /// The streams that the command piped; RuntimeError for those it did not. Close `stdin()` when it has everything:
  /// many programs wait for that.
  [[nodiscard]] Stream& stdin() const;
  [[nodiscard]] Stream& stdout() const;
  [[nodiscard]] Stream& stderr() const;

  /// Writes the input and closes stdin; reads what it writes, to the end; waits for its end. All at once, so that no
  /// pipe gets full. What was not piped is empty; a process that does not want its input is no error.
  Task<ProcessOutput> communicate(std::string input = {});
  /// Until it has ended: its exit code, or minus the signal that killed it. Any number of tasks may wait. One whose
  /// output is piped and not read never ends: `communicate()` is for those.
  [[nodiscard]] detail::ChildWait wait() const;
  /// The same, if it has ended; asks the loop, not the kernel.
  [[nodiscard]] std::optional<int> returncode() const;

  /// Nothing happens when it has ended. Throws std::system_error for what is no signal, and for a process that has
  /// become another user's.
  void send_signal(int signo);
  /// SIGTERM.
  void terminate();
  /// SIGKILL.
  void kill();

  /// Ends it, as above, closes the streams, and waits for its end. Cancelled, it only stops waiting.
  Task<> aclose();

 private:
  detail::ProcessState& state(const char* what) const;

  std::shared_ptr<detail::ProcessState> state_;
};

/// `auto process = co_await create_subprocess_exec(Command("ls", "-l").pipe_stdout())`, or `("ls", "-l")`. asyncio's,
/// with its keyword arguments in the Command.
///
/// Returns once the program runs. Throws std::system_error: no such program, not executable, no such directory, …
Task<Process> create_subprocess_exec(Command command);

template <class... Words>
  requires(sizeof...(Words) > 0 && (std::constructible_from<std::string, Words> && ...))
Task<Process> create_subprocess_exec(Words&&... words) {
  return create_subprocess_exec(Command(std::forward<Words>(words)...));
}

/// The same for a line of /bin/sh; with pipes and the like it is `create_subprocess_exec(Command::shell(line)…)`.
Task<Process> create_subprocess_shell(std::string line);

}  // namespace eddy

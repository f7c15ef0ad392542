// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/worker_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/threads/detail/worker_main.h"

namespace eddy::detail {
namespace {

/// posix_spawn's two bags of settings.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }

  // Of our descriptors it gets the standard ones (an empty input) and its socket; of our signals none blocked or
  // ignored.
  void prepare(int socket) {
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, socket, kWorkerSocket);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerSocket + 1);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> environment_with(std::string& variable) {
  std::vector<char*> result;
  for (char** entry = environ; entry && *entry; ++entry) result.push_back(*entry);
  result.push_back(variable.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::string ProcessEnd::text() const {
  if (signal == 0) return "exited with code " + std::to_string(exit_code);
  const char* name = ::sigabbrev_np(signal);
  const char* meaning = ::sigdescr_np(signal);
  std::string text = "was killed by " + (name ? "SIG" + std::string(name) : "signal " + std::to_string(signal));
  if (meaning) text += std::string(" (") + meaning + (signal == SIGKILL ? "; out of memory, perhaps)" : ")");
  return text;
}

WorkerProcess::WorkerProcess(std::uint64_t memory_max) : owner_(::getpid()) {
  if (worker_is_starting()) {
    throw RuntimeError(
        "a process pool was used while a worker process made its global objects: every worker would "
        "start another; use pools from main() on");
  }
  int ends[2];
  sys::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair for a worker process");
  socket_.reset(ends[0]);
  sys::Fd theirs(ends[1]);
  sys::set_nonblocking(socket_.get());
  // A descriptor that is 3 already would keep its close-on-exec flag through dup2.
  if (theirs.get() == kWorkerSocket) {
    theirs = sys::check_fd(::fcntl(theirs.get(), F_DUPFD_CLOEXEC, kWorkerSocket + 1), "fcntl(F_DUPFD_CLOEXEC)");
  }
  SpawnSettings settings;
  settings.prepare(theirs.get());
  std::string variable = std::string(kWorkerVariable) + "=" + std::to_string(memory_max);
  auto environment = environment_with(variable);
  char* arguments[] = {program_invocation_name, nullptr};
  int error =
      ::posix_spawn(&pid_, "/proc/self/exe", &settings.actions, &settings.attributes, arguments, environment.data());
  if (error != 0) sys::throw_error("starting a worker process", error);
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) {
    int why = errno;
    kill();
    reap(0);
    sys::throw_error("pidfd_open of a worker process", why);
  }
}

WorkerProcess::~WorkerProcess() {
  if (end_ || owner_ != ::getpid()) return;
  kill();
  reap(0);
}

void WorkerProcess::kill() noexcept {
  if (end_ || owner_ != ::getpid()) return;
  if (pidfd_) {
    ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  } else {
    ::kill(pid_, SIGKILL);
  }
}

std::optional<ProcessEnd> WorkerProcess::ended() noexcept {
  if (!end_) reap(WNOHANG);
  return end_;
}

bool WorkerProcess::reap(int flags) noexcept {
  siginfo_t info{};
  int result = 0;
  do {
    result = pidfd_ ? ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | flags)
                    : ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | flags);
  } while (result < 0 && errno == EINTR);
  if (result == 0 && info.si_pid == 0) return false;
  ProcessEnd end;  // reaped by somebody else (SIGCHLD ignored, say): nobody knows how
  if (result == 0 && info.si_code == CLD_EXITED) end.exit_code = info.si_status;
  if (result == 0 && info.si_code != CLD_EXITED) end.signal = info.si_status;
  end_ = end;
  return true;
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// posix_spawn rather than a clone of our own: the C library also keeps its internal signals, thread cancellation and
// setuid() of other threads away from the moment in which the child borrows this thread's memory.
#include "eddy/sys/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy::sys {

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

  // In steps: what stands where another one shall go is moved out of the way first.
  void give(const std::vector<int>& descriptors) {
    const int count = static_cast<int>(descriptors.size());
    for (int i = 0; i != count; ++i) give(descriptors[static_cast<std::size_t>(i)], i, count);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, count);
  }

  void give(int from, int to, int count) {
    if (from < 0) {
      ::posix_spawn_file_actions_addclose(&actions, to);
      return;
    }
    if (from < count && from != to) {
      moved_.push_back(check_fd(::fcntl(from, F_DUPFD_CLOEXEC, count), "a descriptor for a child process"));
      from = moved_.back().get();
    }
    ::posix_spawn_file_actions_adddup2(&actions, from, to);
  }

  void change_directory(const std::string& to) {
    if (!to.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, to.c_str());
  }

  void reset_signals(ChildPlan::Group group) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    for (const int signo : {SIGHUP, SIGINT, SIGQUIT}) {
      struct sigaction now{};
      ::sigaction(signo, nullptr, &now);
      if (now.sa_handler == SIG_IGN) ::sigdelset(&all, signo);
    }
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (group == ChildPlan::Group::own_group) flags |= POSIX_SPAWN_SETPGROUP;
    if (group == ChildPlan::Group::own_session) flags |= POSIX_SPAWN_SETSID;
    ::posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

 private:
  std::vector<Fd> moved_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// The child's own PATH, or where the C library looks without one.
std::string search_path(const ChildPlan& plan) {
  constexpr std::string_view kName = "PATH=";
  if (!plan.environment) {
    const char* path = ::getenv("PATH");
    return path ? path : "/bin:/usr/bin";
  }
  for (const std::string& entry : *plan.environment) {
    if (entry.starts_with(kName)) return entry.substr(kName.size());
  }
  return "/bin:/usr/bin";
}

bool is_program(const ChildPlan& plan, const std::string& path) {
  const bool from_there = path.front() != '/' && !plan.directory.empty();
  const std::string seen_from_here = from_there ? plan.directory + "/" + path : path;
  struct stat file{};
  return ::stat(seen_from_here.c_str(), &file) == 0 && S_ISREG(file.st_mode) &&
         ::access(seen_from_here.c_str(), X_OK) == 0;
}

std::string find_program(const ChildPlan& plan) {
  if (plan.program.find('/') != plan.program.npos) return plan.program;
  const std::string path = search_path(plan);
  for (std::size_t begin = 0; begin <= path.size() && !plan.program.empty();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string folder = path.substr(begin, end - begin);
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + plan.program;
    if (is_program(plan, candidate)) return candidate;
    begin = end + 1;
  }
  throw_error(("start '" + plan.program + "', which is no program in PATH (" + path + ")").c_str(), ENOENT);
}

bool can_enter(const std::string& directory) {
  struct stat folder{};
  return directory.empty() ||
         (::stat(directory.c_str(), &folder) == 0 && S_ISDIR(folder.st_mode) && ::access(directory.c_str(), X_OK) == 0);
}

[[noreturn]] void throw_start(const ChildPlan& plan, int error) {
  std::string doing = "start '" + plan.program + "'";
  if (!can_enter(plan.directory)) {
    doing += " in the directory '" + plan.directory + "', which cannot be entered";
  } else if (error == ENOENT && is_program(plan, plan.program)) {
    doing += ", whose interpreter is missing (see its first line)";
  } else if (error == ENOEXEC) {
    doing += ", which is no program (a script begins with a line such as #!/bin/sh)";
  }
  throw_error(doing.c_str(), error);
}

pid_t spawn(const ChildPlan& plan) {
  SpawnSettings settings;
  settings.give(plan.descriptors);
  settings.change_directory(plan.directory);
  settings.reset_signals(plan.group);
  const std::string program = find_program(plan);
  std::vector<char*> arguments = pointers(plan.arguments);
  std::vector<char*> environment = plan.environment ? pointers(*plan.environment) : std::vector<char*>();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &settings.actions, &settings.attributes, arguments.data(),
                                  plan.environment ? environment.data() : environ);
  if (error != 0) throw_start(plan, error);
  return pid;
}

// So that a shortage of descriptors is found out before the child runs.
Fd room_for_pidfd() { return check_fd(::eventfd(0, EFD_CLOEXEC), "a descriptor for a child process"); }

}  // namespace

std::vector<std::string> current_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; entry && *entry; ++entry) result.emplace_back(*entry);
  return result;
}

std::string ProcessEnd::text() const {
  if (signal == 0 && exit_code < 0) return "ended, nobody knows how: somebody else has waited for it";
  if (signal == 0) return "exited with code " + std::to_string(exit_code);
  const char* name = ::sigabbrev_np(signal);
  const char* meaning = ::sigdescr_np(signal);
  std::string text = "was killed by " + (name ? "SIG" + std::string(name) : "signal " + std::to_string(signal));
  if (meaning) text += std::string(" (") + meaning + (signal == SIGKILL ? "; out of memory, perhaps)" : ")");
  return text;
}

Child::Child(const ChildPlan& plan)
    : pidfd_(room_for_pidfd()), owner_(::getpid()), has_group_(plan.group != ChildPlan::Group::ours) {
  pid_ = spawn(plan);
  pidfd_.reset();
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (pidfd_) return;
  const int why = errno;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  throw_error(("pidfd_open of '" + plan.program + "', which was started and killed").c_str(), why);
}

Child::~Child() {
  if (owner_ == ::getpid()) end_hard();
}

int Child::send_signal(int signo) noexcept {
  if (end_ || owner_ != ::getpid()) return ESRCH;  // only until then the number is its group's own
  const long result =
      has_group_ ? ::kill(-pid_, signo) : ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signo, nullptr, 0);
  return result == 0 ? 0 : errno;
}

std::optional<ProcessEnd> Child::ended() noexcept {
  if (!end_) reap(WNOHANG);
  return end_;
}

ProcessEnd Child::end_hard() noexcept {
  send_signal(SIGKILL);
  while (!end_) reap(0);
  return *end_;
}

void Child::reap(int flags) noexcept {
  siginfo_t info{};
  int result = 0;
  do {
    result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | flags);
  } while (result < 0 && errno == EINTR);
  if (result == 0 && info.si_pid == 0) return;
  end_.emplace();  // reaped by somebody else (SIGCHLD ignored, say): nobody knows how
  if (result < 0) return;
  if (info.si_code == CLD_EXITED) {
    end_->exit_code = info.si_status;
  } else {
    end_->signal = info.si_status;
  }
}

}  // namespace eddy::sys

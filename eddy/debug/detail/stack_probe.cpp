// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/stack_probe.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

#include "eddy/core/debug_mode.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/debug/detail/stack_walk.h"

namespace eddy::debug::detail {
namespace {

using eddy::detail::DebugMode;
using eddy::detail::running;
using eddy::detail::TaskBase;

/// Idle → asked → (the handler) writing → written → idle; asked → idle when nobody waits any longer.
enum State : int { kIdle, kAsked, kWriting, kWritten };

struct Slip {
  std::atomic<int> state{kIdle};
  StackQuestion question{};
  const TaskBase* task = nullptr;
  char name[96] = {};
  std::source_location from;
  std::array<std::uintptr_t, 64> code{};
  StackWalk walk;
};
constinit Slip slip;
constinit std::atomic<int> chosen_signal{0};
constinit std::mutex choosing;

// The task that was dispatched is held; where another one goes on within its dispatch, that one runs.
const TaskBase* running_task(const DebugMode& debug) noexcept {
  TaskBase* dispatched = debug.current().task();
  if (!running.strand || running.strand == dispatched) return dispatched;
  return eddy::detail::task_of(running.strand);
}

void write_name(const TaskBase* task) noexcept {
  slip.task = task;
  slip.name[0] = 0;
  const auto* extra = task ? task->extra_if_any() : nullptr;
  if (!extra) return;
  const std::size_t length = std::min(extra->name.size(), sizeof slip.name - 1);
  std::memcpy(slip.name, extra->name.data(), length);
  slip.name[length] = 0;
}

bool is_meant() noexcept {
  const StackQuestion& question = slip.question;
  if (slip.state.load(std::memory_order_acquire) != kAsked || running.loop != question.loop) return false;
  const DebugMode* debug = running.loop->debug_mode();
  return debug && debug->began() == question.dispatch;
}

void answer(const void* context) noexcept {
  int asked = kAsked;
  if (!is_meant() || !slip.state.compare_exchange_strong(asked, kWriting, std::memory_order_acq_rel)) return;
  const DebugMode& debug = *running.loop->debug_mode();
  write_name(running_task(debug));
  slip.from = debug.current().from();
  slip.walk = walk_stack(context, slip.code);
  slip.state.store(kWritten, std::memory_order_release);
}

void on_signal(int, siginfo_t* info, void* context) {
  const int saved = errno;
  if (info->si_code == SI_TKILL) answer(context);
  errno = saved;
}

bool is_free(int signo) noexcept {
  struct sigaction now{};
  return ::sigaction(signo, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
}

// SA_RESTART: most system calls that it interrupts go on as if nothing had happened.
bool install(int signo) noexcept {
  struct sigaction ours{};
  ours.sa_sigaction = on_signal;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigfillset(&ours.sa_mask);
  return ::sigaction(signo, &ours, nullptr) == 0;
}

// Who blocks a signal waits for it, with sigwaitinfo or a signalfd. Unless this thread was started with all of them
// blocked: then that says nothing.
int choose() noexcept {
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (const bool any : {false, true}) {
    for (int signo = SIGRTMAX - 1; signo >= SIGRTMIN; --signo) {
      if (!any && ::sigismember(&blocked, signo) == 1) continue;
      if (is_free(signo) && install(signo)) return signo;
    }
  }
  return 0;
}

bool is_still_ours(int signo) noexcept {
  struct sigaction now{};
  return ::sigaction(signo, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_signal;
}

std::string name_of(const TaskBase* task) {
  if (!task || slip.name[0] != 0) return slip.name;
  char text[32];
  std::snprintf(text, sizeof text, "task@%p", static_cast<const void*>(task));
  return text;
}

}  // namespace

int probe_signal() noexcept {
  const std::lock_guard guard(choosing);
  int signo = chosen_signal.load(std::memory_order_relaxed);
  if (signo == 0) chosen_signal.store(signo = choose(), std::memory_order_relaxed);
  return signo;
}

void let_probes_through() noexcept {
  sigset_t probe;
  ::sigemptyset(&probe);
  if (const int signo = chosen_signal.load(std::memory_order_relaxed); signo != 0) ::sigaddset(&probe, signo);
  ::pthread_sigmask(SIG_UNBLOCK, &probe, nullptr);
}

bool send_probe(const StackQuestion& question) noexcept {
  const int signo = chosen_signal.load(std::memory_order_relaxed);
  if (signo == 0 || !is_still_ours(signo)) return false;
  slip.question = question;
  slip.state.store(kAsked, std::memory_order_release);
  if (::syscall(SYS_tgkill, ::getpid(), question.thread, signo) == 0) return true;
  slip.state.store(kIdle, std::memory_order_relaxed);
  return false;
}

bool await_answer(StackAnswer& answer, FunctionRef<bool()> go_on) {
  while (slip.state.load(std::memory_order_acquire) != kWritten) {
    int asked = kAsked;
    if (!go_on() && slip.state.compare_exchange_strong(asked, kIdle)) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  answer.task = name_of(slip.task);
  answer.from = slip.from;
  answer.code.assign(slip.code.begin(), slip.code.begin() + static_cast<std::ptrdiff_t>(slip.walk.count));
  answer.left_out = slip.walk.left_out;
  slip.state.store(kIdle, std::memory_order_release);
  return true;
}

}  // namespace eddy::debug::detail

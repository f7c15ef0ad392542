// SPDX-License-Identifier: MIT
//
// 1. A handler only notes the signal and rings a semaphore. A thread of its own does the rest, since any loop, also all
//    of them, may be blocked.
// 2. The thread, once begun, is for ever: it waits, and is in nobody's way at exit. Nothing that it uses is destroyed.
#include "eddy/debug/dump_on_signal.h"

#include <semaphore.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/debug/detail/census.h"
#include "eddy/debug/detail/signal_dump.h"
#include "eddy/sys/signals.h"
#include "eddy/sys/thread.h"

namespace eddy::debug {
namespace {

using detail::Census;
using detail::Printer;

constexpr std::chrono::milliseconds kPatience{100};
constexpr int kSignalsMax = 64;

constinit std::atomic<std::uint64_t> arrived{0};
sem_t bell;

void on_signal(int signo) {
  const int saved = errno;
  arrived.fetch_or(sys::signal_bit(signo), std::memory_order_release);
  ::sem_post(&bell);
  errno = saved;
}

/// Where the dumps of each signal go, and the thread that makes them.
class Dumper {
 public:
  Dumper() {
    ::sem_init(&bell, 0, 0);
    const sys::BlockSignals block;
    std::thread([this] { run(); }).detach();
  }
  Dumper(const Dumper&) = delete;
  Dumper& operator=(const Dumper&) = delete;

  void set(int signo, std::shared_ptr<Printer> printer) {
    const std::lock_guard guard(lock_);
    printers_[static_cast<std::size_t>(signo)] = std::move(printer);
  }
  std::shared_ptr<Printer> printer(int signo) {
    const std::lock_guard guard(lock_);
    return printers_[static_cast<std::size_t>(signo)];
  }

 private:
  [[noreturn]] void run() {
    sys::set_thread_name("eddy-dump");
    for (;;) {
      while (::sem_wait(&bell) != 0) continue;
      const std::uint64_t signals = arrived.exchange(0, std::memory_order_acquire);
      for (int signo = 1; signo <= kSignalsMax; ++signo) {
        if ((signals & sys::signal_bit(signo)) != 0) dump(signo);
      }
    }
  }

  void dump(int signo) {
    if (auto to = printer(signo)) Census::take(std::move(to), kPatience);
  }

  std::mutex lock_;
  std::array<std::shared_ptr<Printer>, kSignalsMax + 1> printers_;
};

Dumper& dumper() {
  static auto* const dumper = new Dumper;  // never destroyed: its thread may run at exit
  return *dumper;
}

/// Signals of a fault: their handler cannot return.
bool is_fault(int signo) {
  return signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL || signo == SIGTRAP ||
         signo == SIGABRT;
}

struct sigaction action_of(int signo) {
  struct sigaction action{};
  if (signo < 1 || signo > kSignalsMax || ::sigaction(signo, nullptr, &action) != 0) {
    throw std::invalid_argument("dump_on_signal(): " + std::to_string(signo) + " is not a signal number");
  }
  return action;
}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == on_signal;
}

bool is_default(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

bool is_ignored(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

void install(int signo) {
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);
  if (::sigaction(signo, &action, nullptr) != 0) {
    throw std::invalid_argument("dump_on_signal(): " + std::string(::strsignal(signo)) + " cannot be handled");
  }
}

void print_to_stderr(const std::string& text) { std::fputs(text.c_str(), stderr); }

bool append(const std::string& path, const std::string& text) {
  std::FILE* const file = std::fopen(path.c_str(), "ae");
  if (!file) return false;
  const bool taken = std::fputs(text.c_str(), file) >= 0;
  return std::fclose(file) == 0 && taken;
}

void append_to(const std::string& path, const std::string& text) {
  if (append(path, text)) return;
  std::fprintf(stderr, "eddy: dump_on_signal(): cannot write to %s: %s\n%s", path.c_str(), std::strerror(errno),
               text.c_str());
}

}  // namespace

void dump_on_signal(int signo) { dump_on_signal(signo, print_to_stderr); }

void dump_on_signal(int signo, std::string path) {
  dump_on_signal(signo, [path = std::move(path)](const std::string& text) { append_to(path, text); });
}

void dump_on_signal(int signo, UniqueFunction<void(const std::string&)> write) {
  const struct sigaction now = action_of(signo);
  if (is_fault(signo)) {
    throw std::invalid_argument(
        "dump_on_signal(): " + std::string(::strsignal(signo)) +
        " ends a program that is broken; dump on a signal that somebody sends, such as SIGUSR1");
  }
  if (!is_ours(now) && !is_default(now) && !is_ignored(now)) {
    throw RuntimeError("dump_on_signal(): the program handles this signal (" + std::string(::strsignal(signo)) +
                       ") itself; take another one, or remove that handler first");
  }
  dumper().set(signo, std::make_shared<Printer>(std::move(write)));
  install(signo);
}

bool stop_dump_on_signal(int signo) {
  if (!is_ours(action_of(signo))) return false;
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  ::sigaction(signo, &action, nullptr);
  dumper().set(signo, nullptr);
  return true;
}

void detail::dump_on_free_signal() {
  if (is_default(action_of(SIGUSR1))) dump_on_signal();
}

}  // namespace eddy::debug

// SPDX-License-Identifier: MIT
//
// Invariants
//  1. A slot's `poller` is not null exactly while its watch lives and the handler is installed.
//  2. A handler that runs holds `running`; whoever clears `poller` waits for `running` to be 0 before the poller and
//  the
//     mask may go. Both sides use seq_cst: either the handler sees the cleared slot, or the other side sees the
//     handler.
#include "eddy/sys/signals.h"

#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>

#include <sched.h>
#include <signal.h>

#include "eddy/sys/fd.h"
#include "eddy/sys/poller.h"

namespace eddy::sys {

namespace {

constexpr int signals_max = 64;

struct Slot {
  std::atomic<Poller*> poller{nullptr};
  std::atomic<std::uint64_t>* mask = nullptr;
  std::atomic<int> running{0};
  struct sigaction previous{};
};
static_assert(std::atomic<Poller*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// Process-wide because signal dispositions are.
constinit Slot slots[signals_max + 1];
constinit std::mutex slots_mutex;  // registration only, never the handler

void on_signal(int signo) {
  const int saved = errno;
  Slot& slot = slots[signo];
  slot.running.fetch_add(1);
  if (Poller* poller = slot.poller.load()) {
    slot.mask->fetch_or(signal_bit(signo), std::memory_order_release);
    poller->wake();
  }
  slot.running.fetch_sub(1);
  errno = saved;
}

std::string describe(int signo) { return "signal " + std::to_string(signo) + " (" + ::strsignal(signo) + ")"; }

Slot& slot_of(int signo) {
  if (signo >= 1 && signo <= signals_max) return slots[signo];
  throw std::invalid_argument("SignalWatch: " + std::to_string(signo) + " is not a signal number (1 to 64)");
}

void clear(Slot& slot) noexcept {
  slot.poller.store(nullptr);
  while (slot.running.load() != 0) ::sched_yield();  // a handler on another thread: a few instructions
  slot.mask = nullptr;
}

void install(int signo, Slot& slot) {
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // the loop is woken through its poller; nobody else's calls should fail
  ::sigfillset(&action.sa_mask);
  if (::sigaction(signo, &action, &slot.previous) == 0) return;
  const int error = errno;
  clear(slot);
  throw_error(("SignalWatch: sigaction for " + describe(signo)).c_str(), error);
}

}  // namespace

SignalWatch::SignalWatch(int signo, std::atomic<std::uint64_t>& pending_mask, Poller& wake) : signo_(signo) {
  Slot& slot = slot_of(signo);
  const std::lock_guard lock(slots_mutex);
  if (slot.poller.load() != nullptr) {
    throw std::logic_error("SignalWatch: " + describe(signo) +
                           " is watched already; a signal goes to one loop of the process, share that loop's watch");
  }
  slot.mask = &pending_mask;
  slot.poller.store(&wake);
  install(signo, slot);
}

SignalWatch::~SignalWatch() {
  Slot& slot = slots[signo_];
  const std::lock_guard lock(slots_mutex);
  ::sigaction(signo_, &slot.previous, nullptr);
  clear(slot);
}

}  // namespace eddy::sys

// SPDX-License-Identifier: MIT
#include "eddy/sys/thread.h"

#include <pthread.h>

#include <algorithm>

namespace eddy::sys {

void set_thread_name(std::string_view name) noexcept {
  char text[16] = {};
  std::copy_n(name.begin(), std::min(name.size(), sizeof text - 1), text);
  ::pthread_setname_np(::pthread_self(), text);
}

BlockSignals::BlockSignals() noexcept {
  sigset_t blocked;
  ::sigfillset(&blocked);
  for (int bug : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) ::sigdelset(&blocked, bug);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before_);
}

BlockSignals::~BlockSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace eddy::sys

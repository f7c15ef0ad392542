// SPDX-License-Identifier: MIT
#include "eddy/sys/pipe_write.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <ctime>

namespace eddy::sys {

namespace {

/// While it lives, a SIGPIPE that this thread causes stays pending; `take` removes it.
class SigpipeBlock {
 public:
  SigpipeBlock() noexcept {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    was_pending_ = ::sigismember(&before_, SIGPIPE) == 1 && pending();  // only a blocked signal stays pending
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;
  ~SigpipeBlock() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void take() const noexcept {
    if (was_pending_) return;  // somebody else's, which ours has become one with
    constexpr timespec now{0, 0};
    while (::sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
    }
  }

 private:
  static bool pending() noexcept {
    sigset_t set;
    ::sigpending(&set);
    return ::sigismember(&set, SIGPIPE) == 1;
  }

  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_;
};

}  // namespace

int write_no_sigpipe(int fd, std::span<const iovec> pieces) noexcept {
  const SigpipeBlock block;
  ssize_t wrote = 0;
  do wrote = ::writev(fd, pieces.data(), static_cast<int>(std::min<std::size_t>(pieces.size(), IOV_MAX)));
  while (wrote < 0 && errno == EINTR);
  if (wrote >= 0) return static_cast<int>(wrote);  // Linux writes at most 0x7ffff000 bytes at once
  const int error = errno;
  if (error == EPIPE) block.take();
  return -error;
}

}  // namespace eddy::sys

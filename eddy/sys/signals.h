// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace eddy::sys {

class Poller;

/// The bit of `signo` (1…64) in a pending mask.
constexpr std::uint64_t signal_bit(int signo) noexcept { return std::uint64_t{1} << (signo - 1); }

/// One signal redirected to one loop, for as long as the watch lives. When the signal arrives, on whatever thread, its
/// bit is set in `pending_mask` and `wake.wake()` is called; the loop exchanges the mask with 0 after each wait and
/// acts on the bits. Arrivals before it looks coalesce, as signals do.
///
/// Ownership: borrows the mask and the poller, both must outlive the watch. The destructor restores the previous
/// disposition and returns only when no handler is still running.
/// Thread: any, one at a time. Never construct or destroy one inside a signal handler.
/// A signal has one watch in the process: a second throws std::logic_error. SIGKILL and SIGSTOP throw
/// std::system_error (EINVAL); numbers that are no signals throw std::invalid_argument.
class [[nodiscard]] SignalWatch {
 public:
  SignalWatch(int signo, std::atomic<std::uint64_t>& pending_mask, Poller& wake);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

  [[nodiscard]] int signo() const noexcept { return signo_; }

 private:
  int signo_;
};

}  // namespace eddy::sys

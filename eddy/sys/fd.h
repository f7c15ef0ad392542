// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace eddy::sys {

/// An owned file descriptor: closed exactly once, when its `Fd` dies or is reset. Empty is -1.
/// Move-only, not synchronised. Cancel (and wait out) the poller operations on a descriptor before closing it.
/// You only borrow a descriptor? Pass a plain `int`.
class [[nodiscard]] Fd {
 public:
  Fd() noexcept = default;
  /// Takes ownership of `fd`; any negative number means empty.
  explicit Fd(int fd) noexcept : fd_(fd < 0 ? -1 : fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  /// Closes what is owned and takes ownership of `fd`. Keeps errno: it is called while errors are being reported.
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

/// Throws std::system_error for `error` (an errno value); its message opens with `call`. Name the call and its object:
/// `throw_error("bind 127.0.0.1:80", errno)`.
[[noreturn]] void throw_error(const char* call, int error);

/// `result` of a system call that answers -1 and errno; throws (see throw_error) if it is negative.
int check(int result, const char* call);

/// Like check, for calls that return a new descriptor.
Fd check_fd(int result, const char* call);

/// Switches O_NONBLOCK on or off; throws if `fd` is not open.
void set_nonblocking(int fd, bool on = true);

}  // namespace eddy::sys

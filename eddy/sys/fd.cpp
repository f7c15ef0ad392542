// SPDX-License-Identifier: MIT
#include "eddy/sys/fd.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace eddy::sys {

void Fd::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd < 0 ? -1 : fd);
  if (old < 0 || old == fd_) return;
  const int saved = errno;
  ::close(old);  // EINTR closes too on Linux; a second try could close someone else's descriptor
  errno = saved;
}

void throw_error(const char* call, int error) { throw std::system_error(error, std::system_category(), call); }

int check(int result, const char* call) {
  if (result < 0) throw_error(call, errno);
  return result;
}

Fd check_fd(int result, const char* call) { return Fd(check(result, call)); }

void set_nonblocking(int fd, bool on) {
  const int flags = check(::fcntl(fd, F_GETFL), "fcntl(F_GETFL)");
  const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted != flags) check(::fcntl(fd, F_SETFL, wanted), "fcntl(F_SETFL)");
}

}  // namespace eddy::sys

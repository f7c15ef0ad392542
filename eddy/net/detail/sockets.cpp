// SPDX-License-Identifier: MIT
#include "eddy/net/detail/sockets.h"

#include <cerrno>
#include <string>

#include <sys/socket.h>

#include "eddy/core/readiness.h"
#include "eddy/sys/fd.h"

namespace eddy::detail {

void set_option(int fd, int level, int option, int value, const char* name) {
  sys::check(::setsockopt(fd, level, option, &value, sizeof value), name);
}

int get_option(int fd, int level, int option, const char* name) {
  int value = 0;
  socklen_t size = sizeof value;
  sys::check(::getsockopt(fd, level, option, &value, &size), name);
  return value;
}

Task<> connect_socket(int fd, Address to) {
  int error = ::connect(fd, to.data(), to.size()) == 0 ? 0 : errno;
  if (error == EINPROGRESS || error == EINTR) {
    co_await writable(fd);
    error = get_option(fd, SOL_SOCKET, SO_ERROR, "getsockopt(SO_ERROR)");
  }
  if (error == 0) co_return;
  std::string doing = "connect to " + to.to_string();
  if (error == ECONNREFUSED) doing += " (is anything listening there?)";
  sys::throw_error(doing.c_str(), error);
}

}  // namespace eddy::detail

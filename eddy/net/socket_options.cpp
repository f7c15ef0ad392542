// SPDX-License-Identifier: MIT
#include "eddy/net/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "eddy/net/detail/sockets.h"

namespace eddy {

void set_options(int fd, const SocketOptions& options) {
  using detail::set_option;
  const int family = detail::get_option(fd, SOL_SOCKET, SO_DOMAIN, "getsockopt(SO_DOMAIN)");
  const bool ip = family == AF_INET || family == AF_INET6;
  if (ip && options.no_delay) set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "setsockopt(TCP_NODELAY)");
  if (ip && options.keep_alive) {
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1, "setsockopt(SO_KEEPALIVE)");
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(options.keep_alive->count()),
               "setsockopt(TCP_KEEPIDLE)");
  }
  if (options.send_buffer) set_option(fd, SOL_SOCKET, SO_SNDBUF, *options.send_buffer, "setsockopt(SO_SNDBUF)");
  if (options.receive_buffer) set_option(fd, SOL_SOCKET, SO_RCVBUF, *options.receive_buffer, "setsockopt(SO_RCVBUF)");
}

}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/io/detail/socket_transport.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <sys/socket.h>

#include "eddy/sys/poller.h"

namespace eddy::detail {

SocketTransport::SocketTransport(sys::Fd socket, std::string name, sys::Poller& on)
    : Watch(socket.get(), Input::bytes), socket_(std::move(socket)), name_(std::move(name)) {
  on.attach(*this);
}

SocketTransport::~SocketTransport() {
  if (poller) poller->detach(*this);
}

int SocketTransport::read(void* into, std::size_t size) noexcept {
  return poller ? poller->receive(*this, into, size) : -EBADF;
}

int SocketTransport::write(std::span<const iovec> pieces) noexcept {
  if (!poller) return -EBADF;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = std::min<std::size_t>(pieces.size(), IOV_MAX);
  for (;;) {
    const ssize_t sent = pieces.size() == 1
                             ? ::send(Watch::fd, pieces[0].iov_base, pieces[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL)
                             : ::sendmsg(Watch::fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(std::min<ssize_t>(sent, INT_MAX));
    if (errno == EINTR) continue;
    if (errno == EAGAIN) poller->want_output(*this);
    return -errno;
  }
}

int SocketTransport::write_eof() noexcept { return ::shutdown(Watch::fd, SHUT_WR) == 0 ? 0 : -errno; }

}  // namespace eddy::detail

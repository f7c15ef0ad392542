// SPDX-License-Identifier: MIT
#include "eddy/net/socket.h"

#include <cerrno>

#include <sys/socket.h>

#include "eddy/net/detail/sockets.h"
#include "eddy/sys/fd.h"

namespace eddy {

namespace detail {

int SocketReceive::operator()(int fd) noexcept {
  const ssize_t result = ::recv(fd, memory.data(), memory.size(), flags | MSG_DONTWAIT);
  if (result < 0) return -errno;
  got = static_cast<std::size_t>(result);
  return 0;
}

int SocketSend::operator()(int fd) noexcept {
  const ssize_t result = ::send(fd, bytes.data(), bytes.size(), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
  if (result < 0) return -errno;
  sent = static_cast<std::size_t>(result);
  return 0;
}

int SocketAccept::operator()(int fd) noexcept {
  accepted = sys::Fd(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  return accepted ? 0 : -errno;
}

Socket SocketAccept::result() { return Socket::from_fd(std::move(accepted)); }

}  // namespace detail

Socket Socket::open(int family, int type, int protocol) {
  return from_fd(sys::check_fd(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol), "socket"));
}

Socket Socket::from_fd(sys::Fd socket) {
  std::string name = "socket " + std::to_string(socket.get());
  Socket result;
  result.state_ = std::make_unique<detail::ReadyFd>(std::move(socket), std::move(name));
  return result;
}

void Socket::bind(const Address& at) {
  const std::string doing = "bind " + at.to_string();
  sys::check(::bind(fd(), at.data(), at.size()), doing.c_str());
  state_->set_name("socket " + local_address().to_string());
}

void Socket::listen(int backlog) { sys::check(::listen(fd(), backlog), "listen"); }

Task<> Socket::connect(Address to) {
  co_await detail::connect_socket(fd(), to);
  state_->set_name("socket to " + to.to_string());
}

void Socket::shutdown(int how) { sys::check(::shutdown(fd(), how), "shutdown"); }

void Socket::set_option(int level, int option, int value) {
  detail::set_option(fd(), level, option, value, "setsockopt");
}

int Socket::option(int level, int option) const { return detail::get_option(fd(), level, option, "getsockopt"); }

Stream Socket::into_stream() && {
  if (!state_) detail::throw_empty("into_stream() of");
  const std::unique_ptr<detail::ReadyFd> state = std::move(state_);
  const Address peer = Address::peer_of(state->number());
  return stream_from_socket(state->release(), peer.to_string());
}

void Socket::close() noexcept {
  if (state_) state_->close();
}

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/io/ready_fd.h"
#include "eddy/io/stream.h"
#include "eddy/net/address.h"

namespace eddy {

class Socket;

namespace detail {

struct SocketReceive {
  int operator()(int fd) noexcept;
  std::size_t result() const noexcept { return got; }
  std::span<std::byte> memory;
  int flags;
  std::size_t got = 0;
};

struct SocketSend {
  int operator()(int fd) noexcept;
  std::size_t result() const noexcept { return sent; }
  std::string_view bytes;
  int flags;
  std::size_t sent = 0;
};

struct SocketAccept {
  int operator()(int fd) noexcept;
  Socket result();
  sys::Fd accepted;
};

}  // namespace detail

/// Advanced: a socket as the kernel has it, with waits instead of blocking: for protocols and options that `Stream`,
/// `Listener` and `UdpSocket` do not know. asyncio's `loop.sock_*`.
///
/// Each operation is one system call: a `receive` may give less than asked for, a `send` may take less. Cancelled, it
/// has done nothing. Ownership: movable, empty after; destroying it closes it. Thread: the loop's it was made on.
class [[nodiscard]] Socket {
 public:
  /// socket(2): `Socket::open(AF_INET, SOCK_STREAM)`.
  static Socket open(int family, int type, int protocol = 0);
  /// Takes a descriptor over, and makes it non-blocking.
  static Socket from_fd(sys::Fd socket);

  Socket() noexcept = default;

  void bind(const Address& at);
  void listen(int backlog = 1024);
  /// Throws std::system_error that names the address. The socket is of no use after an error.
  Task<> connect(Address to);
  /// A connection; the descriptor is close-on-exec.
  auto accept() noexcept { return operation(Direction::input, "accept() at", detail::SocketAccept()); }
  /// How many bytes came, 0 at the end of the stream. `flags` as for recv(2).
  auto receive(std::span<std::byte> memory, int flags = 0) noexcept {
    return operation(Direction::input, "receive() at", detail::SocketReceive{memory, flags});
  }
  /// How many bytes went. `flags` as for send(2).
  auto send(std::string_view bytes, int flags = 0) noexcept {
    return operation(Direction::output, "send() at", detail::SocketSend{bytes, flags});
  }
  /// SHUT_RD, SHUT_WR, SHUT_RDWR.
  void shutdown(int how);

  void set_option(int level, int option, int value);
  [[nodiscard]] int option(int level, int option) const;

  /// A Stream on this connected stream socket, which is empty after.
  Stream into_stream() &&;
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return state_ && state_->is_open(); }
  [[nodiscard]] int fd() const noexcept { return state_ ? state_->number() : -1; }
  [[nodiscard]] Address local_address() const noexcept { return Address::local_of(fd()); }
  [[nodiscard]] Address peer_address() const noexcept { return Address::peer_of(fd()); }

 private:
  using Direction = detail::ReadyFd::Direction;

  template <class Call>
  detail::FdOp<Call> operation(Direction direction, const char* doing, Call call) noexcept {
    return {state_.get(), direction, doing, std::move(call)};
  }

  std::unique_ptr<detail::ReadyFd> state_;
};

}  // namespace eddy

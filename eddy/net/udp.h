// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/io/ready_fd.h"
#include "eddy/net/address.h"

namespace eddy {

/// One UDP packet: its bytes, and who sent it or shall get it.
struct Datagram {
  Datagram() = default;
  Datagram(std::string what, const Address& whom) : bytes(std::move(what)), address(whom) {}
  std::string bytes;
  Address address;
};

struct UdpOptions {
  UdpOptions() = default;
  bool reuse_port = false;
  bool broadcast = false;
  std::optional<int> send_buffer;
  std::optional<int> receive_buffer;
};

namespace detail {

/// What came into the caller's memory.
struct Received {
  Received() = default;
  std::size_t size = 0;  ///< of the packet, which may be more than the memory holds
  Address from;
};

struct ReceiveInto {
  int operator()(int fd) noexcept;
  Received result() noexcept { return received; }
  std::span<std::byte> memory;
  Received received;
};

struct ReceiveMany {
  int operator()(int fd);
  std::vector<Datagram> result() noexcept { return std::move(datagrams); }
  std::size_t max;
  std::vector<Datagram> datagrams;
};

struct ReceiveOne {
  int operator()(int fd);
  Datagram result() noexcept { return std::move(datagram); }
  Datagram datagram;
};

struct SendOne {
  int operator()(int fd) const noexcept;
  void result() const noexcept {}
  std::string_view bytes;
  Address to;  ///< nowhere: the peer it is connected to
};

/// Keeps a string that would be gone too soon.
struct SendString {
  int operator()(int fd) const noexcept { return SendOne{text, to}(fd); }
  void result() const noexcept {}
  std::string text;
  Address to;
};

struct SendMany {
  int operator()(int fd);
  void result() const noexcept {}
  std::span<const Datagram> datagrams;
};

}  // namespace detail

/// A UDP socket: `auto udp = co_await UdpSocket::bind("127.0.0.1", 0)`. asyncio's datagram endpoint.
///
/// Packets may be lost, doubled and reordered, as UDP has it. A cancelled receive loses none that would not be lost
/// anyway; a cancelled send has sent all or nothing. Several tasks may wait: they take turns. Ownership: movable, empty
/// after; destroying it closes it. Thread: the loop's it was made on.
class [[nodiscard]] UdpSocket {
 public:
  /// At an address of this machine; port 0 picks a free one. Host "" is every interface.
  static Task<UdpSocket> bind(std::string host, std::uint16_t port, UdpOptions options = UdpOptions());
  static UdpSocket bind(const Address& at, const UdpOptions& options = UdpOptions());
  /// With one peer: only its packets come in, and its refusals (ECONNREFUSED) are errors of the next operation.
  static Task<UdpSocket> connect(std::string host, std::uint16_t port, UdpOptions options = UdpOptions());
  static UdpSocket connect(const Address& to, const UdpOptions& options = UdpOptions());

  UdpSocket() noexcept = default;

  /// The next packet.
  auto receive() noexcept { return operation(kInput, "receive() at", detail::ReceiveOne()); }
  /// Into the caller's memory: its size, and who sent it. What does not fit is lost.
  auto receive(std::span<std::byte> memory) noexcept {
    return operation(kInput, "receive() at", detail::ReceiveInto{memory, {}});
  }
  /// As many as are there, at least one and at most `max`, in one system call.
  auto receive_many(std::size_t max = 64) noexcept {
    return operation(kInput, "receive_many() at", detail::ReceiveMany{max, {}});
  }

  /// The bytes must stay where they are until it has ended; a temporary string is kept.
  auto send_to(std::string_view bytes, const Address& to) noexcept {
    return operation(kOutput, "send_to() at", detail::SendOne{bytes, to});
  }
  template <std::same_as<std::string> S>
  auto send_to(S&& bytes, const Address& to) noexcept {
    return operation(kOutput, "send_to() at", detail::SendString{std::move(bytes), to});
  }
  /// To the peer of a connected socket.
  auto send(std::string_view bytes) noexcept {
    return operation(kOutput, "send() at", detail::SendOne{bytes, Address()});
  }
  template <std::same_as<std::string> S>
  auto send(S&& bytes) noexcept {
    return operation(kOutput, "send() at", detail::SendString{std::move(bytes), Address()});
  }
  /// All of them, with few system calls.
  auto send_many(std::span<const Datagram> datagrams) noexcept {
    return operation(kOutput, "send_many() at", detail::SendMany{datagrams});
  }

  void join_multicast(const Address& group);
  void leave_multicast(const Address& group);

  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept { return state_ && state_->is_open(); }
  [[nodiscard]] Address local_address() const noexcept;
  /// Of a connected socket; else nowhere.
  [[nodiscard]] Address peer_address() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept { return local_address().port(); }
  /// For socket options. Not to be read, written or closed.
  [[nodiscard]] int fd() const noexcept { return state_ ? state_->number() : -1; }

 private:
  using Direction = detail::ReadyFd::Direction;
  static constexpr Direction kInput = Direction::input;
  static constexpr Direction kOutput = Direction::output;

  explicit UdpSocket(std::unique_ptr<detail::ReadyFd> state) noexcept : state_(std::move(state)) {}

  template <class Call>
  detail::FdOp<Call> operation(Direction direction, const char* doing, Call call) noexcept {
    return {state_.get(), direction, doing, std::move(call)};
  }
  void change_membership(const Address& group, bool join);

  std::unique_ptr<detail::ReadyFd> state_;
};

}  // namespace eddy

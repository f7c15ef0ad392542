// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "eddy/io/stream.h"
#include "eddy/io/turn_line.h"
#include "eddy/net/address.h"
#include "eddy/net/socket_options.h"

namespace eddy {

class Listener;

/// How a listening socket is made.
struct ListenOptions {
  ListenOptions() = default;

  /// Connections that the kernel holds for us before it turns more away.
  int backlog = 1024;
  /// Several loops or processes may listen at the same address; the kernel spreads the connections (SO_REUSEPORT).
  bool reuse_port = false;
  /// An IPv6 socket that takes no IPv4 connections. On, as asyncio has it: "" listens at both with a socket each.
  bool ipv6_only = true;
  /// Accepts nothing before somebody asks: further connections stay in the kernel's line, for others at this socket or
  /// for later. Off, a loop may be up to 64 connections ahead of `accept()`, which is faster. `from_fd` always does.
  bool on_demand = false;
  /// Of the connections.
  SocketOptions socket;
};

namespace detail {

class ListenerState;

class [[nodiscard("co_await it")]] Accept final : public TryOp, public AwaitLeaf<Accept> {
 public:
  explicit Accept(ListenerState* of) noexcept : state_(of) {}
  Accept(Accept&&) = default;
  Stream take() {
    check();
    return std::move(accepted_);
  }
  void describe(OpDescription& to) const override;

 private:
  Progress attempt() override;
  bool may_try() noexcept override;
  void join() override;
  void leave() noexcept override;

  ListenerState* state_;
  Stream accepted_;
};

}  // namespace detail

/// A listening socket: `Stream stream = co_await listener.accept()`. Most programs want `start_server`.
///
/// A cancelled accept loses no connection. Any number of tasks may wait in it. Ownership: movable, empty after;
/// destroying it closes it, and ends the waits with ClosedError. Thread: the loop's it was made on.
class [[nodiscard]] Listener {
 public:
  /// Binds and listens; throws std::system_error that names the address. A Unix socket's file that nobody listens at
  /// any more is replaced, and removed when the listener closes.
  static Listener listen(const Address& at, const ListenOptions& options = ListenOptions());
  /// Takes over a listening socket, which may be shared: one that systemd hands down, say. It becomes non-blocking.
  static Listener from_fd(sys::Fd socket, const ListenOptions& options = ListenOptions());

  Listener() noexcept;
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// Throws std::system_error when descriptors or memory run out (EMFILE, ENFILE, ENOBUFS, ENOMEM): the connection
  /// stays with the kernel, try again a little later.
  detail::Accept accept() noexcept { return detail::Accept(state_.get()); }
  void close() noexcept;
  [[nodiscard]] bool is_open() const noexcept;
  /// With the real port when 0 was asked for.
  [[nodiscard]] Address address() const noexcept;
  [[nodiscard]] int fd() const noexcept;

 private:
  std::unique_ptr<detail::ListenerState> state_;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace eddy {

/// Where a socket is: an IPv4 or IPv6 address and a port, or a Unix socket's path. A value; names of hosts become
/// addresses in `resolve`.
class Address {
 public:
  /// No address at all: `to_string()` is "nowhere".
  Address() noexcept = default;
  /// A literal such as "127.0.0.1", "::1" or "fe80::1%eth0"; throws RuntimeError for anything else.
  static Address ip(std::string_view literal, std::uint16_t port);
  /// The same, or "nowhere" for anything else.
  static Address ip_or_nothing(std::string_view literal, std::uint16_t port) noexcept;
  /// A path, or, when it begins with '@' or '\0', a name in Linux's abstract space, which no file holds. Throws
  /// RuntimeError when it is too long (107 bytes).
  static Address unix_path(std::string_view path);
  /// What the system calls give.
  static Address from_sockaddr(const sockaddr* address, socklen_t size) noexcept;
  /// Of a socket; "nowhere" when it has none.
  static Address local_of(int fd) noexcept;
  static Address peer_of(int fd) noexcept;

  /// AF_INET, AF_INET6, AF_UNIX or AF_UNSPEC.
  [[nodiscard]] int family() const noexcept { return bytes_.any.sa_family; }
  [[nodiscard]] bool is_ip() const noexcept { return family() == AF_INET || family() == AF_INET6; }
  [[nodiscard]] bool is_unix() const noexcept { return family() == AF_UNIX; }
  explicit operator bool() const noexcept { return family() != AF_UNSPEC; }

  /// "127.0.0.1", "::1", the path ("@name" for an abstract one).
  [[nodiscard]] std::string host() const;
  /// 0 for Unix sockets.
  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] Address with_port(std::uint16_t port) const noexcept;
  /// "127.0.0.1:80", "[::1]:80", "unix:/run/app.sock".
  [[nodiscard]] std::string to_string() const;

  /// For system calls.
  [[nodiscard]] const sockaddr* data() const noexcept { return &bytes_.any; }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }

  friend bool operator==(const Address& a, const Address& b) noexcept;
  friend std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept;

 private:
  union Bytes {
    sockaddr_un local{};  // the longest
    sockaddr any;
  };
  Bytes bytes_;
  socklen_t size_ = 0;
};

}  // namespace eddy

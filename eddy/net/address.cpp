// SPDX-License-Identifier: MIT
#include "eddy/net/address.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include "eddy/base/error.h"

namespace eddy {

namespace {

template <class S>
Address from(const S& address) noexcept {
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// sockaddr_storage is accessed as what it is by copying: no aliasing.
template <class S>
S as(const Address& address) noexcept {
  S copy{};
  std::memcpy(&copy, address.data(), std::min<std::size_t>(sizeof copy, address.size()));
  return copy;
}

// What getsockname or getpeername say.
template <class Call>
Address asked(Call call, int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (call(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&address), size);
}

// The scope of "fe80::1%eth0" or "fe80::1%2".
std::uint32_t scope_id(const char* name) noexcept {
  if (const unsigned index = ::if_nametoindex(name)) return index;
  return static_cast<std::uint32_t>(std::strtoul(name, nullptr, 10));
}

}  // namespace

Address Address::ip_or_nothing(std::string_view literal, std::uint16_t port) noexcept {
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  if (literal.size() >= sizeof text || literal.find('\0') != literal.npos) return {};
  literal.copy(text, literal.size());
  text[literal.size()] = '\0';
  sockaddr_in four{};
  if (::inet_pton(AF_INET, text, &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    return from(four);
  }
  sockaddr_in6 six{};
  if (char* scope = std::strchr(text, '%')) {
    *scope = '\0';
    six.sin6_scope_id = scope_id(scope + 1);
  }
  if (::inet_pton(AF_INET6, text, &six.sin6_addr) != 1) return {};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  return from(six);
}

Address Address::ip(std::string_view literal, std::uint16_t port) {
  Address address = ip_or_nothing(literal, port);
  if (!address) {
    throw RuntimeError("Address::ip(\"" + std::string(literal) +
                       "\"): not an IPv4 or IPv6 address; names of hosts go to resolve()");
  }
  return address;
}

Address Address::unix_path(std::string_view path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  const bool abstract = !path.empty() && (path.front() == '@' || path.front() == '\0');
  if (path.empty() || path.size() >= sizeof local.sun_path) {
    throw RuntimeError("Address::unix_path(\"" + std::string(path) + "\"): a path of 1 to " +
                       std::to_string(sizeof local.sun_path - 1) + " bytes is needed");
  }
  path.copy(local.sun_path, path.size());
  if (abstract) local.sun_path[0] = '\0';
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1);
  return from_sockaddr(reinterpret_cast<const sockaddr*>(&local), static_cast<socklen_t>(size));
}

Address Address::from_sockaddr(const sockaddr* address, socklen_t size) noexcept {
  Address result;
  result.size_ = std::min<socklen_t>(size, sizeof result.bytes_);
  std::memcpy(&result.bytes_.any, address, result.size_);
  return result;
}

Address Address::local_of(int fd) noexcept { return asked(&::getsockname, fd); }
Address Address::peer_of(int fd) noexcept { return asked(&::getpeername, fd); }

std::string Address::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    const auto four = as<sockaddr_in>(*this);
    return ::inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
  }
  if (family() == AF_INET6) {
    const auto six = as<sockaddr_in6>(*this);
    std::string host = ::inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
    if (six.sin6_scope_id == 0) return host;
    char name[IF_NAMESIZE];
    const bool named = ::if_indextoname(six.sin6_scope_id, name) != nullptr;
    return host + "%" + (named ? std::string(name) : std::to_string(six.sin6_scope_id));
  }
  if (!is_unix() || size_ <= offsetof(sockaddr_un, sun_path)) return "";
  const char* path = bytes_.local.sun_path;
  const std::size_t length = size_ - offsetof(sockaddr_un, sun_path);
  if (path[0] != '\0') return std::string(path, ::strnlen(path, length));
  return "@" + std::string(path + 1, length - 1);
}

std::uint16_t Address::port() const noexcept {
  if (family() == AF_INET) return ntohs(as<sockaddr_in>(*this).sin_port);
  if (family() == AF_INET6) return ntohs(as<sockaddr_in6>(*this).sin6_port);
  return 0;
}

Address Address::with_port(std::uint16_t port) const noexcept {
  Address copy = *this;
  // The port is at the same place in both.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  const std::uint16_t bytes = htons(port);
  if (is_ip())
    std::memcpy(reinterpret_cast<char*>(&copy.bytes_) + offsetof(sockaddr_in, sin_port), &bytes, sizeof bytes);
  return copy;
}

std::string Address::to_string() const {
  switch (family()) {
    case AF_INET:
      return host() + ":" + std::to_string(port());
    case AF_INET6:
      return "[" + host() + "]:" + std::to_string(port());
    case AF_UNIX:
      return "unix:" + host();
    default:
      return "nowhere";
  }
}

bool operator==(const Address& a, const Address& b) noexcept { return (a <=> b) == 0; }

std::strong_ordering operator<=>(const Address& a, const Address& b) noexcept {
  if (a.size_ != b.size_) return a.size_ <=> b.size_;
  return std::memcmp(&a.bytes_, &b.bytes_, a.size_) <=> 0;
}

}  // namespace eddy

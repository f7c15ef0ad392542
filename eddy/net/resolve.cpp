// SPDX-License-Identifier: MIT
#include "eddy/net/resolve.h"

#include <memory>
#include <string_view>

#include <netdb.h>
#include <sys/socket.h>

#include "eddy/threads/to_thread.h"

namespace eddy {

namespace {

// "localhost" and what ends in it never leave the machine (RFC 6761).
bool is_local(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

std::vector<Address> ask_system(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> guard(found, &::freeaddrinfo);
  if (error != 0) throw ResolveError("resolve " + host + ": " + ::gai_strerror(error));
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    addresses.push_back(Address::from_sockaddr(entry->ai_addr, entry->ai_addrlen).with_port(port));
  }
  return addresses;
}

}  // namespace

Task<std::vector<Address>> resolve(std::string host, std::uint16_t port) {
  std::vector<Address> addresses;
  if (const Address literal = Address::ip_or_nothing(host, port)) {
    addresses.push_back(literal);
  } else if (is_local(host)) {
    addresses.push_back(Address::ip("::1", port));
    addresses.push_back(Address::ip("127.0.0.1", port));
  } else {
    addresses = co_await to_thread(ask_system, host, port);
  }
  co_return addresses;
}

}  // namespace eddy

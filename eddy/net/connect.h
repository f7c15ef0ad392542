// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/io/stream.h"
#include "eddy/net/address.h"
#include "eddy/net/socket_options.h"

namespace eddy {

struct ConnectOptions {
  ConnectOptions() = default;

  /// A host with several addresses: how long the first may take before the next is tried beside it (RFC 8305).
  std::chrono::milliseconds attempt_delay{250};
  /// Where the connection shall come from; port 0: any.
  std::optional<Address> local_address;
  SocketOptions socket;
};

/// Connects to one address. Throws std::system_error that names it. No time limit of its own but the kernel's, which is
/// minutes: `wait_for(connect(…), 5s)`.
Task<Stream> connect(Address to, ConnectOptions options = ConnectOptions());

/// Connects to a host by name or address: `auto stream = co_await open_connection("example.org", 80)`. asyncio's
/// open_connection.
///
/// All addresses of the name are tried, IPv6 and IPv4 in turn, each a little after the one before, or at once when that
/// failed; the first connection wins ("happy eyeballs"). When none comes about the error of the first is thrown, with
/// the others in its text. For TLS see net/tls.h.
Task<Stream> open_connection(std::string host, std::uint16_t port, ConnectOptions options = ConnectOptions());

/// Connects to a Unix socket: a path, or "@name" for one in the abstract space.
Task<Stream> open_connection(std::string unix_path);
/// asyncio's name for it.
Task<Stream> open_unix_connection(std::string path);

/// Advanced: the same for addresses that are known already, in the order in which they are to be tried.
Task<Stream> connect_any(std::vector<Address> addresses, std::string name, ConnectOptions options = ConnectOptions());

}  // namespace eddy

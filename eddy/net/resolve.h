// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/net/address.h"

namespace eddy {

/// The addresses of a host, the preferred first; never empty. asyncio's getaddrinfo.
///
/// Literal addresses and "localhost" are answered here, without asking anybody. Throws ResolveError that names the
/// host.
Task<std::vector<Address>> resolve(std::string host, std::uint16_t port = 0);

/// A name has no address, or nobody could be asked.
class ResolveError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace eddy

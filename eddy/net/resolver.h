// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/net/address.h"

namespace eddy {

namespace detail {
class ResolverState;
}

struct ResolverOptions {
  ResolverOptions() = default;

  /// Name servers: "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53". Empty: those of the system.
  std::vector<std::string> servers;
  /// For one server's answer; doubled with each try.
  std::chrono::milliseconds timeout{2000};
  int tries = 3;
  /// So many names are remembered, each for as long as its records say.
  std::size_t cache_max = 1000;
};

/// Turns names into addresses with DNS, on the loop: hosts file first, then the name servers, IPv6 and IPv4 at once.
///
/// `resolve` uses one that belongs to the loop; make your own for other name servers. Answers are cached as long as
/// they are valid; several tasks that ask for the same name at a time share one question, and a cancelled one only
/// stops waiting. Names that DNS does not know go to the system's resolver in a thread, where /etc/nsswitch.conf lists
/// further sources (and no servers were given here).
///
/// Needs a running loop; belongs to it. Destroying it ends the questions under way with ResolveError.
class Resolver {
 public:
  explicit Resolver(ResolverOptions options = ResolverOptions());
  Resolver(Resolver&& other) noexcept;
  Resolver& operator=(Resolver&& other) noexcept;
  ~Resolver();

  /// See eddy::resolve.
  Task<std::vector<Address>> resolve(std::string host, std::uint16_t port = 0);
  void clear_cache() noexcept;

 private:
  std::unique_ptr<detail::ResolverState> state_;
};

}  // namespace eddy

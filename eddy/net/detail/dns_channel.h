// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eddy/base/unique_function.h"
#include "eddy/core/call_handle.h"
#include "eddy/net/address.h"
#include "eddy/net/resolver.h"

struct ares_addrinfo;
struct ares_channeldata;

namespace eddy::detail {

/// What the name servers said.
struct DnsAnswer {
  std::vector<Address> addresses;
  std::chrono::seconds valid_for{0};
  std::string error;          ///< empty: there are addresses
  bool unknown_name = false;  ///< the error is that there is no such name
};

/// c-ares on a loop: it says which sockets it watches and when it wants to be called, we call it.
class DnsChannel {
 public:
  explicit DnsChannel(const ResolverOptions& options);
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;
  /// Answers what was asked with an error.
  ~DnsChannel();

  using Callback = UniqueFunction<void(DnsAnswer)>;
  /// The callback comes once, perhaps at once.
  void ask(const std::string& host, Callback callback);

  /// It has no port open: the next question will come from a new one.
  [[nodiscard]] bool idle() const noexcept { return sockets_.empty(); }

 private:
  class Socket;

  static void on_socket(void* self, int fd, int readable, int writable);
  static void on_answer(void* callback, int status, int timeouts, ares_addrinfo* found);
  void set_socket(int fd, bool readable, bool writable);
  void process(int readable, int writable);
  void settle();

  ares_channeldata* channel_ = nullptr;
  std::vector<Socket*> sockets_;  // those that are open
  CallHandle timer_;
};

}  // namespace eddy::detail

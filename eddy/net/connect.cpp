// SPDX-License-Identifier: MIT
#include "eddy/net/connect.h"

#include <exception>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "eddy/base/error.h"
#include "eddy/combine/task_group.h"
#include "eddy/net/detail/sockets.h"
#include "eddy/net/resolve.h"
#include "eddy/sync/event.h"
#include "eddy/sys/fd.h"
#include "eddy/time/timeout.h"

namespace eddy {

namespace {

std::string doing(const Address& to) { return "connect to " + to.to_string(); }

sys::Fd make_socket(const Address& to, const ConnectOptions& options) {
  if (!to) throw RuntimeError("connect(): no address was given");
  sys::Fd socket =
      sys::check_fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), doing(to).c_str());
  set_options(socket.get(), options.socket);
  if (options.local_address) {
    const Address& from = *options.local_address;
    sys::check(::bind(socket.get(), from.data(), from.size()), ("bind " + from.to_string()).c_str());
  }
  return socket;
}

}  // namespace

Task<Stream> connect(Address to, ConnectOptions options) {
  sys::Fd socket = make_socket(to, options);
  co_await detail::connect_socket(socket.get(), to);
  co_return stream_from_socket(std::move(socket), to.to_string());
}

namespace {

/// The attempts to reach one of several addresses.
class Attempts {
 public:
  Attempts(std::vector<Address> addresses, std::string name, const ConnectOptions& options)
      : addresses_(std::move(addresses)), name_(std::move(name)), options_(options) {}

  Task<Stream> run() {
    co_await task_group([&](TaskGroup& group) { return start_all(group); });
    if (!winner_.is_open()) fail();
    co_return std::move(winner_);
  }

 private:
  // One after the other; a failure starts the next one at once.
  Task<> start_all(TaskGroup& group) {
    for (const Address& address : addresses_) {
      failed_.clear();
      group.create_task(attempt(address, group));
      co_await try_for(failed_.wait(), options_.attempt_delay);
    }
  }

  Task<> attempt(const Address& address, TaskGroup& group) {
    try {
      winner_ = co_await connect(address, options_);
      group.cancel();
    } catch (const std::system_error& error) {
      errors_.push_back(error);
      failed_.set();
    }
  }

  [[noreturn]] void fail() const {
    if (errors_.size() == 1) throw std::system_error(errors_.front());
    std::string all = "connect to " + name_ + ": none of " + std::to_string(errors_.size()) + " addresses";
    for (const std::system_error& error : errors_) all += std::string("; ") + error.what();
    throw std::system_error(errors_.front().code(), all);
  }

  std::vector<Address> addresses_;
  std::string name_;
  ConnectOptions options_;
  Event failed_;
  Stream winner_;
  std::vector<std::system_error> errors_;
};

// IPv6 and IPv4 in turn, each kind in its own order.
std::vector<Address> interleave(const std::vector<Address>& addresses) {
  std::vector<Address> result;
  std::vector<Address> others;
  for (const Address& address : addresses) {
    (address.family() == addresses.front().family() ? result : others).push_back(address);
  }
  for (std::size_t i = 0; i != others.size(); ++i) {
    const std::size_t at = std::min(2 * i + 1, result.size());
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(at), others[i]);
  }
  return result;
}

}  // namespace

Task<Stream> connect_any(std::vector<Address> addresses, std::string name, ConnectOptions options) {
  if (addresses.empty()) throw RuntimeError("connect to " + name + ": it has no address");
  if (addresses.size() == 1) co_return co_await connect(addresses.front(), options);
  Attempts attempts(std::move(addresses), std::move(name), options);
  co_return co_await attempts.run();
}

Task<Stream> open_connection(std::string host, std::uint16_t port, ConnectOptions options) {
  std::vector<Address> addresses = co_await resolve(host, port);
  co_return co_await connect_any(interleave(addresses), host + ":" + std::to_string(port), options);
}

Task<Stream> open_connection(std::string unix_path) { return connect(Address::unix_path(unix_path)); }
Task<Stream> open_unix_connection(std::string path) { return connect(Address::unix_path(path)); }

}  // namespace eddy

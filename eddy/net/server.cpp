// SPDX-License-Identifier: MIT
#include "eddy/net/server.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <exception>
#include <string_view>
#include <system_error>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/scope.h"
#include "eddy/core/loop.h"
#include "eddy/net/resolve.h"
#include "eddy/net/tls_error.h"
#include "eddy/sync/event.h"
#include "eddy/sync/semaphore.h"
#include "eddy/time/sleep.h"

namespace eddy {

namespace detail {

namespace {

/// What the clients of a server use: they may outlive it for a moment.
struct Shared {
  Shared(ClientHandler h, const ServerOptions& options)
      : handle(std::move(h)), wrap(options.wrap), room(std::min(options.max_clients, kClientsMax)) {}

  static constexpr std::size_t kClientsMax = std::size_t{1} << 30;
  ClientHandler handle;
  std::shared_ptr<UniqueFunction<Task<Stream>(Stream)>> wrap;
  Semaphore room;
  std::size_t clients = 0;
};
using SharedRef = std::shared_ptr<Shared>;

void report(const std::string& what, std::exception_ptr error) {
  get_running_loop().call_exception_handler(ErrorContext(what, std::move(error)));
}

// A peer that goes away in the middle is an ordinary end of a connection; the same of another connection is not.
bool is_peer_gone(const std::string& name) {
  try {
    throw;
  } catch (const std::system_error& error) {
    const bool gone = error.code() == std::errc::connection_reset || error.code() == std::errc::broken_pipe ||
                      error.code() == std::errc::not_connected;  // what write_eof says then
    return gone && std::string_view(error.what()).find(name) != std::string_view::npos;
  } catch (const TlsTruncatedError& error) {
    return std::string_view(error.what()).find(name) != std::string_view::npos;
  } catch (...) {
    return false;
  }
}

/// A client's place among `max_clients`. One object, because compilers destroy a coroutine's parameters in orders of
/// their own, and the permit goes back to what the reference keeps.
class Admission {
 public:
  Admission(SharedRef to, Permit place) : shared(std::move(to)), permit_(std::move(place)) {}
  SharedRef shared;

 private:
  Permit permit_;
};

Task<> serve(Admission admission, Stream client) {
  Shared* const shared = admission.shared.get();
  ++shared->clients;
  const ScopeGuard leave([&] { --shared->clients; });
  const std::string name = client.name();
  bool taken_in = false;
  try {
    if (shared->wrap) client = co_await (*shared->wrap)(std::move(client));
    taken_in = true;
    co_await shared->handle(std::move(client));
  } catch (...) {
    if (caught_visible_cancel()) throw;
    if (is_peer_gone(name)) co_return;
    report(taken_in ? "the handler of client " + name + " failed" : "client " + name + " was turned away",
           std::current_exception());
  }
}

constexpr std::chrono::milliseconds kPauseMin{10};
constexpr std::chrono::milliseconds kPauseMax{1000};

/// Accepts at one listener, and pauses when the machine has no room for more.
class Acceptor {
 public:
  Acceptor(SharedRef shared, Scope& clients) : shared_(std::move(shared)), clients_(&clients) {}

  Task<> run(Listener& listener) {
    for (;;) {
      Permit permit = co_await shared_->room.acquire();
      Stream client = co_await accept(listener);
      clients_->create_task(serve(Admission(shared_, std::move(permit)), std::move(client)));
    }
  }

 private:
  // No error of accept(2) is a reason to stop serving: a lack of descriptors or memory ends some time, and what else
  // the network reports belongs to one connection.
  Task<Stream> accept(Listener& listener) {
    std::chrono::milliseconds pause = kPauseMin;
    for (;;) {
      try {
        co_return co_await listener.accept();
      } catch (const std::system_error&) {
        if (pause == kPauseMin) {
          report("accepting at " + listener.address().to_string() + " pauses until it works again",
                 std::current_exception());
        }
      }
      co_await sleep(pause);
      pause = std::min(pause * 2, kPauseMax);
    }
  }

  SharedRef shared_;
  Scope* clients_;
};

}  // namespace

class ServerState {
 public:
  ServerState(ClientHandler handle, std::vector<Listener> listeners, const ServerOptions& options)
      : shared_(std::make_shared<Shared>(std::move(handle), options)),
        listeners_(std::move(listeners)),
        grace_(options.grace) {
    clients_.attach();  // not to the first acceptor
    for (Listener& listener : listeners_) {
      addresses.push_back(listener.address());
      accepting_.create_task(accept_all(listener));
    }
  }

  ~ServerState() {
    closing_.abandon();
    accepting_.abandon();
    clients_.abandon();
  }

  void close() {
    if (closed.is_set()) return;
    closed.set();
    accepting_.cancel();
    for (Listener& listener : listeners_) listener.close();
    if (!clients_.empty()) closing_.create_task(cancel_late());
  }

  Task<> wait_closed() {
    co_await closed.wait();
    co_await accepting_.join();
    co_await clients_.join();
    co_await closing_.close();
  }

  [[nodiscard]] std::size_t client_count() const noexcept { return shared_->clients; }

  std::vector<Address> addresses;
  Event closed;

 private:
  Task<> accept_all(Listener& listener) {
    Acceptor acceptor(shared_, clients_);
    co_await acceptor.run(listener);
  }

  Task<> cancel_late() {
    co_await sleep(grace_);
    clients_.cancel();
  }

  SharedRef shared_;
  std::vector<Listener> listeners_;
  std::chrono::nanoseconds grace_;
  Scope clients_;
  Scope accepting_;
  Scope closing_;
};

namespace {

// Clients that are too many wait in the kernel's line.
ListenOptions listen_options(const ServerOptions& of) {
  ListenOptions options = of.listen;
  options.on_demand |= of.max_clients < Shared::kClientsMax;
  return options;
}

std::vector<Address> everywhere(std::uint16_t port) { return {Address::ip("::", port), Address::ip("0.0.0.0", port)}; }

// Port 0: the same free port for all. Empty if what was free at the first address is taken at the next.
std::vector<Listener> try_to_listen_at(const std::vector<Address>& addresses, const ListenOptions& options) {
  std::vector<Listener> listeners;
  for (const Address& address : addresses) {
    const bool same = address.port() == 0 && !listeners.empty();
    try {
      listeners.push_back(
          Listener::listen(same ? address.with_port(listeners.front().address().port()) : address, options));
    } catch (const std::system_error& error) {
      const int code = error.code().value();
      if (same && code == EADDRINUSE) return {};
      // A machine without IPv6.
      if (addresses.size() == 1 || (code != EAFNOSUPPORT && code != EADDRNOTAVAIL)) throw;
    }
  }
  return listeners;
}

constexpr int kFreePortTries = 100;

std::vector<Listener> listen_at(const std::vector<Address>& addresses, const ListenOptions& options) {
  std::vector<Listener> listeners;
  for (int i = 0; i < kFreePortTries && listeners.empty(); ++i) listeners = try_to_listen_at(addresses, options);
  return listeners;
}

}  // namespace

Task<Server> start_server(ClientHandler handle, std::vector<Listener> listeners, ServerOptions options) {
  co_return Server(std::make_unique<ServerState>(std::move(handle), std::move(listeners), options));
}

Task<Server> start_server(ClientHandler handle, std::string host, std::uint16_t port, ServerOptions options) {
  std::vector<Address> addresses;
  if (host.empty()) {
    addresses = everywhere(port);
  } else {
    addresses = co_await resolve(host, port);
  }
  std::vector<Listener> listeners = listen_at(addresses, listen_options(options));
  if (listeners.empty())
    throw RuntimeError("start_server(): this machine can listen at none of " + host + "'s addresses");
  co_return co_await start_server(std::move(handle), std::move(listeners), std::move(options));
}

Task<Server> start_server(ClientHandler handle, std::string unix_path, ServerOptions options) {
  std::vector<Listener> listeners;
  listeners.push_back(Listener::listen(Address::unix_path(unix_path), listen_options(options)));
  co_return co_await start_server(std::move(handle), std::move(listeners), std::move(options));
}

}  // namespace detail

Server::Server(std::unique_ptr<detail::ServerState> state) noexcept : state_(std::move(state)) {}
Server::Server(Server&& other) noexcept = default;
Server& Server::operator=(Server&& other) noexcept = default;
Server::~Server() = default;

detail::ServerState& Server::state() const {
  if (!state_) throw RuntimeError("this Server was moved from: use the one it was moved to");
  return *state_;
}

Task<> Server::serve_forever() {
  state();
  co_await finally(state_->wait_closed(), [&] { return aclose(); });
}

void Server::close() noexcept {
  if (state_) state_->close();
}

Task<> Server::wait_closed() { return state().wait_closed(); }

Task<> Server::aclose() {
  state().close();
  return state_->wait_closed();
}

bool Server::is_serving() const noexcept { return state_ && !state_->closed.is_set(); }
std::vector<Address> Server::addresses() const { return state().addresses; }
std::uint16_t Server::port() const { return state().addresses.front().port(); }
std::size_t Server::client_count() const noexcept { return state_ ? state_->client_count() : 0; }

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/unique_function.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/io/stream.h"
#include "eddy/net/address.h"
#include "eddy/net/listener.h"

namespace eddy {

struct ServerOptions {
  ServerOptions() = default;

  /// So many clients at a time; further ones wait in the kernel's line (`ListenOptions::backlog`; for listeners of your
  /// own see `ListenOptions::on_demand`).
  std::size_t max_clients = std::numeric_limits<std::size_t>::max();
  /// What `close()` leaves to the clients before it cancels them.
  std::chrono::nanoseconds grace = std::chrono::seconds(5);
  /// Advanced: what each connection goes through before the handler has it; see TlsServer::on.
  std::shared_ptr<UniqueFunction<Task<Stream>(Stream)>> wrap;
  ListenOptions listen;
};

namespace detail {

class ServerState;
using ClientHandler = UniqueFunction<Task<>(Stream)>;

template <class F>
ClientHandler client_handler(F&& handle) {
  check_closure<F>();
  static_assert(std::is_invocable_r_v<Task<>, std::decay_t<F>&, Stream>,
                "eddy: a client handler is called with a Stream and returns a Task<>: Task<> handle(Stream client)");
  return ClientHandler(std::forward<F>(handle));
}

}  // namespace detail

/// Listens, and runs the handler for each client in a task of its own. asyncio's Server; made by `start_server`.
///
/// An error that leaves a handler goes to the loop's exception handler, and the client is closed; the others go on.
/// When descriptors run out accepting pauses for a moment, and says so once.
///
/// Ownership: movable. The clients stand on the task that called `start_server`: when that is cancelled, so are they.
/// Destroying the server closes it hard: `aclose()` (and `with`) ends it properly. Thread: its loop's.
class [[nodiscard]] Server {
 public:
  /// Advanced: what `start_server` makes.
  explicit Server(std::unique_ptr<detail::ServerState> state) noexcept;
  Server(Server&& other) noexcept;
  Server& operator=(Server&& other) noexcept;
  ~Server();

  /// Until it is closed or the caller is cancelled, when it closes and ends the clients in the grace time. (It accepts
  /// from the moment `start_server` returns.)
  Task<> serve_forever();
  /// Stops accepting at once. Clients that are left when the grace time is over are cancelled.
  void close() noexcept;
  /// Until it is closed and all clients have ended.
  Task<> wait_closed();
  /// Both.
  Task<> aclose();

  [[nodiscard]] bool is_serving() const noexcept;
  /// Where it listens; with real ports where 0 was asked for.
  [[nodiscard]] std::vector<Address> addresses() const;
  /// The port of the first of them.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t client_count() const noexcept;

 private:
  detail::ServerState& state() const;
  std::unique_ptr<detail::ServerState> state_;
};

namespace detail {

Task<Server> start_server(ClientHandler handle, std::string host, std::uint16_t port, ServerOptions options);
Task<Server> start_server(ClientHandler handle, std::vector<Listener> listeners, ServerOptions options);
Task<Server> start_server(ClientHandler handle, std::string unix_path, ServerOptions options);

}  // namespace detail

/// `auto server = co_await start_server(handle_client, "127.0.0.1", 8080)`, with `Task<> handle_client(Stream client)`.
/// asyncio's start_server.
///
/// Host "" is every interface, IPv6 and IPv4; port 0 picks a free one. The handler is kept as long as a client runs.
template <class F>
Task<Server> start_server(F&& handle_client, std::string host, std::uint16_t port,
                          ServerOptions options = ServerOptions()) {
  return detail::start_server(detail::client_handler(std::forward<F>(handle_client)), std::move(host), port,
                              std::move(options));
}

/// The same at a Unix socket: a path, or "@name" in the abstract space.
template <class F>
Task<Server> start_unix_server(F&& handle_client, std::string path, ServerOptions options = ServerOptions()) {
  return detail::start_server(detail::client_handler(std::forward<F>(handle_client)), std::move(path),
                              std::move(options));
}

/// The same at listeners of your own.
template <class F>
Task<Server> start_server(F&& handle_client, std::vector<Listener> listeners, ServerOptions options = ServerOptions()) {
  return detail::start_server(detail::client_handler(std::forward<F>(handle_client)), std::move(listeners),
                              std::move(options));
}

}  // namespace eddy

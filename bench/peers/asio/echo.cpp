// SPDX-License-Identifier: MIT
#include <vector>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

using asio::ip::tcp;

asio::awaitable<void> echo_client(tcp::socket client) {
  client.set_option(tcp::no_delay(true));
  std::vector<char> memory(64 * 1024);
  try {
    for (;;) {
      const std::size_t size = co_await client.async_read_some(asio::buffer(memory), asio::use_awaitable);
      co_await asio::async_write(client, asio::buffer(memory, size), asio::use_awaitable);
    }
  } catch (const asio::system_error&) {  // the end of the stream, too
  }
}

/// Without memory of its own while nothing arrives: reads what is there once there is something.
asio::awaitable<void> echo_late_memory(tcp::socket client) {
  client.non_blocking(true);
  try {
    for (;;) {
      co_await client.async_wait(tcp::socket::wait_read, asio::use_awaitable);
      std::vector<char> memory(4 * 1024);
      const std::size_t size = client.read_some(asio::buffer(memory));
      co_await asio::async_write(client, asio::buffer(memory, size), asio::use_awaitable);
    }
  } catch (const asio::system_error&) {
  }
}

asio::awaitable<void> serve(asio::awaitable<void> (*handle)(tcp::socket client)) {
  auto loop = co_await asio::this_coro::executor;
  tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  print_port(acceptor.local_endpoint().port());
  for (;;) {
    tcp::socket client = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(loop, handle(std::move(client)), asio::detached);
  }
}

double run(asio::awaitable<void> (*handle)(tcp::socket client)) {
  asio::io_context loop{1};
  asio::co_spawn(loop, serve(handle), rethrow);
  loop.run();
  return 0;
}

double echo() { return run(echo_client); }
double echo_idle() { return run(echo_late_memory); }

const Scenario net[] = {{"echo", echo}, {"echo_idle", echo_idle}};

}  // namespace
}  // namespace eddy::bench

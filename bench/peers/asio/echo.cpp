// SPDX-License-Identifier: MIT
#include <asio.hpp>
#include <exception>
#include <vector>

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

asio::awaitable<void> serve() {
  auto loop = co_await asio::this_coro::executor;
  tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  print_port(acceptor.local_endpoint().port());
  for (;;) {
    tcp::socket client = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(loop, echo_client(std::move(client)), asio::detached);
  }
}

double echo() {
  asio::io_context loop{1};
  asio::co_spawn(loop, serve(), [](std::exception_ptr error) { std::rethrow_exception(error); });
  loop.run();
  return 0;
}

const Scenario net[] = {{"echo", echo}};

}  // namespace
}  // namespace eddy::bench

// An echo server on two loops: each has a listener of its own at the same port, and the kernel shares out the clients.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using eddy::Stream;
using eddy::Task;

Task<> echo(Stream client) {
  for (;;) {
    const std::string text = co_await client.read_some();
    if (text.empty()) co_return;
    co_await client.write(text);
  }
}

Task<> serve(eddy::ThreadSafeQueue<std::uint16_t>& ports, std::uint16_t port) {  // one of them on each loop
  eddy::ServerOptions options;
  options.listen.reuse_port = true;
  eddy::Server server = co_await eddy::start_server(echo, "127.0.0.1", port, options);
  co_await ports.put(server.port());
  co_await server.serve_forever();
}

Task<> client(eddy::ThreadSafeQueue<std::uint16_t>& ports, eddy::Runtime& runtime) {
  const std::uint16_t port = co_await ports.get();  // the first server has picked it
  eddy::spawn_on(runtime.loop(1), serve, std::ref(ports), port);
  co_await ports.get();
  int right = 0;
  for (int i = 0; i < 20; ++i) {
    Stream server = co_await eddy::open_connection("127.0.0.1", port);
    const std::string text = "hello " + std::to_string(i);
    co_await server.write(text);
    const std::string answer = co_await server.read_exactly(text.size());
    right += answer == text;
  }
  std::cout << right << " of 20 answers are right\n";
  runtime.stop();  // cancels the servers, which close
}

int main() {
  eddy::ThreadSafeQueue<std::uint16_t> ports;
  eddy::Runtime runtime{2};
  runtime.spawn_on(0, serve, std::ref(ports), std::uint16_t{0});
  runtime.spawn_on(0, client, std::ref(ports), std::ref(runtime));
  runtime.run();
  std::cout << "served\n";
}

// An echo server and its clients: one task per client, and a server that ends when its scope does.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using eddy::Stream;
using eddy::Task;

Task<> echo(Stream client) {
  auto lines = client.lines();
  while (auto line = co_await lines.next()) {
    const std::string answer = *line + "\n";
    co_await client.write(answer);
  }
}

Task<> ask(std::uint16_t port, std::string question) {
  Stream server = co_await eddy::open_connection("localhost", port);
  co_await server.write(question, "\n");
  const std::string answer = co_await server.read_line();
  std::cout << "asked '" << question << "', got " << answer;
  co_await server.write_eof();
}

Task<> amain() {
  eddy::Server server = co_await eddy::start_server(echo, "localhost", 0);  // 0: any free port
  co_await ask(server.port(), "hello");
  co_await ask(server.port(), "still there?");
  co_await server.aclose();
  std::cout << "closed, " << server.client_count() << " clients left\n";
}

int main() { eddy::run(amain()); }

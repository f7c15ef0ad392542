// SPDX-License-Identifier: MIT
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

Task<> echo_client(Stream client) {
  std::vector<char> memory(64 * 1024);
  while (const std::size_t size = co_await client.read_some(std::span(memory))) {
    co_await client.write(std::string_view(memory.data(), size));
  }
}

/// Without memory of its own while nothing arrives.
Task<> echo_strings(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) co_return;
    co_await client.write(bytes);
  }
}

Task<> serve(Task<> (*handle)(Stream client)) {
  Server server = co_await start_server(handle, "127.0.0.1", 0);
  print_port(server.port());
  co_await server.serve_forever();
}

double echo() { return run(serve(echo_client)), 0; }
double echo_idle() { return run(serve(echo_strings)), 0; }

const Scenario net[] = {{"echo", echo}, {"echo_idle", echo_idle}};

}  // namespace
}  // namespace eddy::bench

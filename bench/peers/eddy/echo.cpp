// SPDX-License-Identifier: MIT
#include <string>

#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

Task<> echo_client(Stream client) {
  for (;;) {
    const std::string bytes = co_await client.read_some();
    if (bytes.empty()) co_return;
    co_await client.write(bytes);
  }
}

Task<> serve() {
  Server server = co_await start_server(echo_client, "127.0.0.1", 0);
  print_port(server.port());
  co_await server.serve_forever();
}

double echo() { return run(serve()), 0; }

const Scenario net[] = {{"echo", echo}, {"echo_idle", echo}};

}  // namespace
}  // namespace eddy::bench

// A server that stops in good order: a signal ends the accepting, who is being served is served, then it ends.
// SPDX-License-Identifier: MIT
#include <csignal>
#include <iostream>
#include <string>
#include <utility>
#include <variant>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Service;
using eddy::Stream;
using eddy::Task;

// A connection that is kept alive: request after request, until the client ends it or the service is stopping.
Task<> serve(Service& service, Stream client) {
  while (!service.is_stopping()) {
    auto first = co_await eddy::race(client.read_line(), service.stopping());  // a variant of what they give
    auto* line = std::get_if<std::string>(&first);
    if (!line || line->empty()) break;
    co_await eddy::sleep(50ms);  // the work
    co_await client.write("done: ", *line);
  }
  co_await client.write("goodbye\n");
}

Task<> talk(std::uint16_t port, std::string name, std::string request) {
  Stream server = co_await eddy::open_connection("127.0.0.1", port);
  if (!request.empty()) co_await server.write(request, "\n");
  auto lines = server.lines();
  while (auto line = co_await lines.next()) std::cout << name << " hears: " << *line << '\n';
}

Task<> body(Service& service) {
  auto handle = [&](Stream client) { return serve(service, std::move(client)); };
  eddy::Server server = co_await eddy::start_server(handle, "127.0.0.1", 0);
  service.on_stop([&] {
    std::cout << "stopping\n";
    server.close();
  });
  co_await eddy::task_group([&](eddy::TaskGroup& tg) -> Task<> {
    tg.create_task(talk, server.port(), "the busy one", "sums");
    co_await eddy::sleep(20ms);
    std::raise(SIGTERM);  // stands for `kill PID`, while the request is being worked on
  });
  co_await server.wait_closed();
}

Task<> async_main() {
  const auto end = co_await eddy::run_service(body, eddy::Drain().within(10s));
  std::cout << (end == eddy::ServiceEnd::kDrained ? "drained" : "cut off") << '\n';
}

int main() { eddy::run(async_main()); }

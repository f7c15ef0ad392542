// A port scanner: many connections at once, so many at a time, and none may take longer than a moment.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Stream;
using eddy::Task;

Task<bool> is_open(std::string host, std::uint16_t port, eddy::Semaphore& at_once) {
  auto permit = co_await at_once.acquire();
  auto connected = co_await eddy::outcome(eddy::wait_for(eddy::open_connection(host, port), 1s));
  co_return connected.has_value();
}

Task<std::vector<std::uint16_t>> scan(std::string host, std::vector<std::uint16_t> ports) {
  eddy::Semaphore at_once(50);
  std::vector<Task<bool>> probes;
  for (std::uint16_t port : ports) probes.push_back(is_open(host, port, at_once));
  const std::vector<bool> open = co_await eddy::gather(std::move(probes));
  std::vector<std::uint16_t> found;
  for (std::size_t i = 0; i != ports.size(); ++i) {
    if (open[i]) found.push_back(ports[i]);
  }
  co_return found;
}

Task<> ignore(Stream) { co_return; }

Task<> amain() {
  eddy::Server one = co_await eddy::start_server(ignore, "127.0.0.1", 0);
  eddy::Server two = co_await eddy::start_server(ignore, "127.0.0.1", 0);
  eddy::Server gone = co_await eddy::start_server(ignore, "127.0.0.1", 0);
  const std::uint16_t closed = gone.port();
  co_await gone.aclose();

  std::vector<std::uint16_t> ports(200, closed);
  ports[17] = one.port();
  ports[111] = two.port();
  const auto open = co_await scan("127.0.0.1", ports);
  std::cout << open.size() << " of " << ports.size() << " ports are open\n";
  std::cout << "the right ones: " << std::boolalpha << (open.front() == one.port() && open.back() == two.port())
            << '\n';
  co_await one.aclose();
  co_await two.aclose();
}

int main() { eddy::run(amain()); }

// Retries that listen: the server says when to come back; the timeout around says when not to bother; a budget says
// that enough is enough.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Retry;
using eddy::Task;

struct Response {
  Response(int s, std::string b, std::optional<std::chrono::milliseconds> w) : status(s), body(std::move(b)), wait(w) {}
  int status;
  std::string body;
  std::optional<std::chrono::milliseconds> wait;  ///< what Retry-After says
};

struct Server {
  Task<Response> get() {
    co_await eddy::sleep(1ms);
    if (++requests < 3) co_return Response(503, "busy", 20ms);
    co_return Response(200, "hello", std::nullopt);
  }
  int requests = 0;
};

Task<> async_main() {
  const Retry polite = Retry{}
                           .attempts(5)
                           .fixed(1h)
                           .on_result([](const Response& response) { return response.status == 503; })
                           .retry_after([](const Response& response) { return response.wait; });
  Server server;
  auto response = co_await eddy::retry([&] { return server.get(); }, polite);
  std::cout << response.status << ' ' << response.body << " after " << server.requests << " requests\n";

  auto down = []() -> Task<> {
    co_await eddy::sleep(1ms);
    throw std::runtime_error("connection refused");
  };
  try {
    co_await eddy::wait_for(eddy::retry(down, Retry{}.forever().exponential(10ms, 10s)), 100ms);
  } catch (const eddy::RetryError& error) {
    bool knew = error.reason() == eddy::GaveUp::kTimeout;
    std::cout << "gave up before the timeout: " << std::boolalpha << knew << '\n';
  }

  eddy::RetryBudget budget(0.2);  // one retry for five calls
  int retries = 0;
  auto count = [&](const eddy::RetryState&) { ++retries; };
  for (int i = 0; i < 20; ++i) {
    try {
      co_await eddy::retry(down, Retry{}.fixed(1ms).budget(budget).before_sleep(count));
    } catch (const eddy::RetryError&) {
    }
  }
  std::cout << "20 calls, " << retries << " retries\n";
}

int main() { eddy::run(async_main()); }

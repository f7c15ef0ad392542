// Retry with exponential backoff and jitter, and what it says when it gives up.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Retry;
using eddy::RetryState;
using eddy::Task;

struct ConnectionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Server {
  Task<std::string> fetch(std::string url) {
    co_await eddy::sleep(1ms);
    if (++requests <= failures) throw ConnectionError("connection refused");
    co_return "contents of " + url;
  }
  int failures;
  int requests = 0;
};

void log_retry(const RetryState& state) {
  std::cout << "  attempt " << state.attempt() << " failed: " << state.error_as<ConnectionError>()->what() << '\n';
}

Task<> async_main() {
  const Retry policy =
      Retry{}.attempts(4).exponential(1ms, 20ms).jitter().on<ConnectionError>().before_sleep(log_retry);

  Server flaky{2};
  std::cout << co_await eddy::retry([&] { return flaky.fetch("/index"); }, policy) << '\n';

  Server down{1000};
  try {
    co_await eddy::retry(policy, &Server::fetch, &down, "/index");  // the same, with the function and its arguments
  } catch (const eddy::RetryError& error) {
    std::cout << "gave up after " << error.attempts() << " attempts\n";
  }

  // What is no ConnectionError is not retried.
  try {
    co_await eddy::retry([]() -> std::string { throw std::invalid_argument("no such page"); }, policy);
  } catch (const std::invalid_argument& error) {
    std::cout << error.what() << '\n';
  }
}

int main() { eddy::run(async_main()); }

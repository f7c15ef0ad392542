// A circuit breaker: a service that fails again and again is left alone for a while, then tried once.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::CircuitBreaker;
using eddy::Task;

struct Service {
  Task<std::string> call() {
    ++calls;
    co_await eddy::sleep(1ms);
    if (down) throw std::runtime_error("connection refused");
    co_return "hello";
  }
  bool down = true;
  int calls = 0;
};

Task<> try_it(CircuitBreaker& breaker, Service& service) {
  try {
    std::cout << co_await breaker.run(&Service::call, &service) << '\n';
  } catch (const eddy::CircuitOpenError&) {
    std::cout << "not even tried\n";
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << '\n';
  }
}

Task<> async_main() {
  CircuitBreaker breaker(3, 50ms);  // open after three failures in a row, for 50 ms
  Service service;

  for (int i = 0; i < 5; ++i) co_await try_it(breaker, service);
  std::cout << "calls made: " << service.calls << '\n';

  service.down = false;
  co_await eddy::sleep(50ms);
  co_await try_it(breaker, service);  // the probe
  std::cout << "closed: " << std::boolalpha << (breaker.state() == CircuitBreaker::State::kClosed) << '\n';
}

int main() { eddy::run(async_main()); }

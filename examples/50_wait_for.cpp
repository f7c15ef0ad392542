// wait_for: a result, or TimeoutError after the given time. try_for: an empty optional instead.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> slow_operation(std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return "done";
}

Task<> async_main() {
  std::string result = co_await eddy::wait_for(slow_operation(20ms), 5s);
  std::cout << result << '\n';

  try {
    co_await eddy::wait_for(slow_operation(10s), 50ms);
  } catch (const eddy::TimeoutError&) {
    // The operation was cancelled, and has ended: nothing goes on in the background.
    std::cout << "Operation timed out\n";
  }

  std::optional<std::string> maybe = co_await eddy::try_for(slow_operation(10s), 50ms);
  std::cout << maybe.value_or("no result") << '\n';
}

int main() { eddy::run(async_main()); }

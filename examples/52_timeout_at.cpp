// timeout_at: a point in time instead of a duration, so that several steps can share one deadline.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <optional>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> step(std::string name, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return name;
}

Task<std::optional<std::string>> step_before(eddy::TimePoint deadline, std::string name,
                                             std::chrono::milliseconds takes) {
  try {
    co_return co_await eddy::timeout_at(deadline, step(name, takes));
  } catch (const eddy::TimeoutError&) {
    co_return std::nullopt;
  }
}

Task<> async_main() {
  auto deadline = eddy::now() + 150ms;  // for both steps together
  auto first = co_await step_before(deadline, "first", 20ms);
  std::cout << first.value_or("too late") << '\n';
  auto second = co_await step_before(deadline, "second", 10s);
  std::cout << second.value_or("too late") << '\n';
}

int main() { eddy::run(async_main()); }

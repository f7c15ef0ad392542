// SingleFlight: callers that want the same thing at the same time share one load of it.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> query(std::string name) {
  std::cout << "asking the database for " << name << '\n';
  co_await eddy::sleep(20ms);
  co_return "user " + name;
}

Task<> async_main() {
  eddy::SingleFlight<std::string, std::string> flight;

  auto ask = [&](int i) { return flight.run(i % 2 == 0 ? "ada" : "bob", query); };
  auto answers = co_await eddy::gather(std::views::iota(0, 1000) | std::views::transform(ask));
  std::cout << answers.size() << " answers, the last is " << answers.back() << '\n';

  // Who gives up leaves the others alone; when the last one does, the load is cancelled.
  auto patient = eddy::create_task(flight.run("cyd", query));
  auto impatient = co_await eddy::try_for(flight.run("cyd", query), 5ms);
  std::cout << (impatient ? "an answer" : "gave up") << '\n';
  std::cout << co_await patient << '\n';
}

int main() { eddy::run(async_main()); }

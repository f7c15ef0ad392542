// as_completed: deal with each result as soon as it is there, fastest first.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string url, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return url;
}

Task<> async_main() {
  std::vector<Task<std::string>> tasks;
  tasks.push_back(fetch("https://api1.com", 120ms));
  tasks.push_back(fetch("https://api2.com", 40ms));
  tasks.push_back(fetch("https://api3.com", 80ms));

  // Each `next` is an Outcome: value() gives the result, or throws what the task threw.
  auto completed = eddy::as_completed(std::move(tasks));
  while (auto next = co_await completed.next()) std::cout << "Completed: " << next->value() << '\n';
}

int main() { eddy::run(async_main()); }

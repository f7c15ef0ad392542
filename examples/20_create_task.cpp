// create_task: work starts in the background, and is awaited when its result is needed.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> background_task(std::string name, std::chrono::milliseconds duration) {
  std::cout << name << " started\n";
  co_await eddy::sleep(duration);
  std::cout << name << " completed\n";
  co_return name + " result";
}

Task<> async_main() {
  auto task1 = eddy::create_task(background_task("Task 1", 120ms));
  auto task2 = eddy::create_task(background_task, "Task 2", 80ms);  // the same; the task keeps the arguments

  std::cout << "Doing other work...\n";  // the tasks start when this one next suspends
  co_await eddy::sleep(40ms);
  std::cout << "Still doing work...\n";

  std::string result1 = co_await task1;
  std::string result2 = co_await task2;  // has ended long since: its result waits in the handle
  std::cout << "Results: " << result1 << ", " << result2 << '\n';
}

int main() { eddy::run(async_main()); }

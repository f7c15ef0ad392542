// gather of three tasks: they finish in any order, the results keep the order of the arguments.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> task(std::string name, std::chrono::milliseconds duration) {
  std::cout << name << " starting\n";
  co_await eddy::sleep(duration);
  std::cout << name << " finished\n";
  co_return name + " result";
}

Task<> async_main() {
  auto [a, b, c] = co_await eddy::gather(task("Task 1", 80ms), task("Task 2", 40ms), task("Task 3", 120ms));
  std::cout << "All results: " << a << ", " << b << ", " << c << '\n';
}

int main() { eddy::run(async_main()); }

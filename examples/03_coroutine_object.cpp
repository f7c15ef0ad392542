// Calling a coroutine runs nothing: it makes a Task, which runs when it is awaited.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> my_coroutine() {
  std::cout << "running\n";
  co_await eddy::sleep(20ms);
  co_return "done";
}

Task<> async_main() {
  Task<std::string> coro = my_coroutine();
  std::cout << "made, and nothing has run yet\n";

  // A task runs once, so awaiting one that has a name consumes it: hence the move.
  std::string result = co_await std::move(coro);
  std::cout << result << '\n';

  // The usual way: call and await in one go.
  std::cout << co_await my_coroutine() << '\n';
}

int main() {
  eddy::run(async_main());
  std::cout << eddy::run(my_coroutine()) << '\n';  // from ordinary code: run() instead of co_await
}

// Cancel a background task: it ends at its await, at once.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> background_work() {
  for (;;) {
    std::cout << "Working...\n";
    co_await eddy::sleep(1h);  // cancelling does not wait for this
  }
}

Task<> async_main() {
  auto task = eddy::create_task(background_work());
  task.set_name("worker");

  co_await eddy::sleep(30ms);  // do other work

  task.cancel("no longer needed");
  try {
    co_await task;
  } catch (const eddy::TaskCancelled& error) {
    // "What I wait for was cancelled": an ordinary error, because nobody cancelled us.
    std::cout << error.what() << '\n';
  }
  std::cout << std::boolalpha << "cancelled: " << task.cancelled() << '\n';
}

int main() { eddy::run(async_main()); }

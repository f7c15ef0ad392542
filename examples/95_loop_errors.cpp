// Two loops do not mix, and a closed one is closed: the errors, and the right way.
// SPDX-License-Identifier: MIT
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> work() {
  co_await eddy::sleep(10ms);
  co_return 42;
}

int main() {
  eddy::Loop loop;
  auto task = loop.create_task(work());
  task.set_name("work");

  // Wrong: a task belongs to the loop it was made on. Debug mode notices.
  eddy::Loop other;
  other.set_debug(true);
  try {
    other.run_until_complete(task);
  } catch (const eddy::RuntimeError& error) {
    std::cout << error.what() << '\n';
  }

  // Right.
  std::cout << loop.run_until_complete(task) << '\n';

  // Wrong: nothing runs on a loop after close().
  loop.close();
  try {
    loop.run_until_complete(work());
  } catch (const eddy::RuntimeError& error) {
    std::cout << error.what() << '\n';
  }
}

// wait(FIRST_EXCEPTION): go on at the first failure, or once all have succeeded.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> work(std::chrono::milliseconds takes, bool fails = false) {
  co_await eddy::sleep(takes);
  if (fails) throw std::runtime_error("out of paper");
}

Task<> async_main() {
  std::vector<eddy::TaskHandle<>> tasks;
  tasks.push_back(eddy::create_task(work, 20ms, false));
  tasks.push_back(eddy::create_task(work, 60ms, true));
  tasks.push_back(eddy::create_task(work, 1h, false));

  auto [done, pending] = co_await eddy::wait(tasks, eddy::FIRST_EXCEPTION);
  for (auto& task : done) {
    if (task.exception()) {
      std::cout << "failed: " << eddy::describe(task.exception()) << '\n';
    } else {
      std::cout << "succeeded\n";
    }
  }
  for (auto& task : pending) {
    co_await eddy::cancel_and_wait(task);
    std::cout << "cancelled\n";
  }
}

int main() { eddy::run(async_main()); }

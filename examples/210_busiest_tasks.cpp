// Why is it slow? Who uses the loop's time: by name, or by function where there is no name.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <ranges>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

void compute(std::chrono::milliseconds span) {
  const auto end = std::chrono::steady_clock::now() + span;
  while (std::chrono::steady_clock::now() < end) continue;
}

Task<> parse(int) {
  co_await eddy::sleep(1ms);
  compute(10ms);
}

Task<> compress() {
  for (int i = 0; i < 8; ++i) {
    compute(20ms);
    co_await eddy::sleep(0s);
  }
}

Task<> idle() { co_await eddy::sleep(100ms); }

Task<> async_main() {
  eddy::debug::LoopMonitor monitor;
  co_await eddy::task_group([](eddy::TaskGroup& tg) {
    tg.create_tasks(parse, std::views::iota(0, 5));
    tg.create_task(compress).set_name("nightly archive");
    tg.create_task(idle);
  });
  for (const eddy::debug::TaskUse& use : monitor.busiest(2)) {
    std::cout << (use.name.empty() ? use.function : use.name) << ": " << use.tasks << " tasks, "
              << (use.busy >= 50ms ? "50 ms or more" : "less than 50 ms") << '\n';
  }
}

int main() { eddy::run(async_main()); }

// Metrics of several loops on one page, for Prometheus.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;
using eddy::debug::LoopStats;

Task<LoopStats> serve(std::string name) {
  eddy::debug::LoopMonitor monitor;
  monitor.set_name(std::move(name));
  co_await eddy::task_group([](eddy::TaskGroup& tg) {
    for (int i = 0; i < 10; ++i) tg.create_task(eddy::sleep(1ms));
  });
  co_return monitor.stats();  // a value: other threads may have it
}

int main() {
  LoopStats background;
  std::thread thread([&] { background = eddy::run(serve("background")); });
  LoopStats main = eddy::run(serve("main"));
  thread.join();

  // A server answers with this page to GET /metrics. Here: what is the same each time.
  std::istringstream page(eddy::debug::prometheus({main, background}));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("eddy_loop_tasks")) std::cout << line << '\n';
  }
}

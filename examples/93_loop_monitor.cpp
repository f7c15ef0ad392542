// A monitor of the loop's lag: it says when somebody kept the loop from turning, who, and between which awaits.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> report() {
  co_await eddy::sleep(30ms);          // waits: nobody is late
  std::this_thread::sleep_for(250ms);  // blocks
  co_await eddy::sleep(30ms);
}

Task<> async_main() {
  eddy::debug::LoopMonitor monitor{100ms};
  monitor.on_lag([](const eddy::debug::LagReport& lag) {  // a real program logs lag.text()
    if (lag.longest > 200ms) std::cout << "the loop was blocked by " << lag.longest_by << '\n';
  });
  auto reporting = eddy::create_task(report);
  reporting.set_name("report");
  co_await reporting;
}

int main() { eddy::run(async_main()); }

// Which tasks never end? The count of those that live, by function and by who started them, at two moments.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <functional>
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> answer() { co_await eddy::sleep(1ms); }

Task<> wait_for_acknowledgement(eddy::Event& never) { co_await never.wait(); }

Task<> serve(int requests, eddy::Event& acknowledged) {
  for (int i = 0; i < requests; ++i) {
    eddy::create_task(wait_for_acknowledgement, std::ref(acknowledged));  // leaks: nobody sets it
    co_await eddy::create_task(answer);
  }
}

void print(const eddy::debug::LoopMonitor& monitor) {
  for (const eddy::debug::LiveTasks& live : monitor.live_tasks()) {
    if (live.started_in.empty()) continue;  // those that were there before the monitor
    std::cout << "  " << live.count << " of " << live.function << ", started in " << live.started_in << '\n';
  }
}

Task<> async_main(eddy::Event& acknowledged) {
  eddy::debug::LoopMonitor monitor;
  std::cout << "after 3 requests:\n";
  co_await eddy::create_task(serve, 3, std::ref(acknowledged));
  print(monitor);
  std::cout << "after 10:\n";
  co_await eddy::create_task(serve, 7, std::ref(acknowledged));
  print(monitor);
}

int main() {
  eddy::Event acknowledged;  // outlives the run, and so those that wait for it
  eddy::run(async_main(acknowledged));
}

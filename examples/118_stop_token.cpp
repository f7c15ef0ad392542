// Cancelling work in a thread: a function whose first parameter is a std::stop_token is told to stop; one without can
// only be waited for, or abandoned.
// SPDX-License-Identifier: MIT
#include <atomic>
#include <iostream>
#include <stop_token>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

std::atomic<bool> stopped = false;

long search(std::stop_token stop, int step) {
  long tried = 0;
  while (!stop.stop_requested()) {
    tried += step;
    std::this_thread::sleep_for(1ms);
  }
  stopped = true;
  return tried;
}

void slow_library_call() { std::this_thread::sleep_for(100ms); }

Task<> async_main() {
  // The token is passed by eddy, in front of the arguments. The await ends when the function has returned.
  auto found = co_await eddy::try_for(eddy::to_thread(search, 1), 10ms);
  std::cout << (found ? "found" : "timed out") << ", the function has " << (stopped ? "stopped" : "not stopped")
            << '\n';

  auto begin = eddy::now();
  bool in_time = (co_await eddy::outcome(eddy::wait_for(eddy::to_thread(slow_library_call), 10ms))).has_value();
  std::cout << (in_time ? "in time" : "timed out") << ", after "
            << (eddy::now() - begin >= 100ms ? "all of it" : "less") << '\n';

  begin = eddy::now();
  auto abandoned = eddy::to_thread(eddy::abandon_on_cancel, slow_library_call);
  auto outcome = co_await eddy::outcome(eddy::wait_for(std::move(abandoned), 10ms));
  std::cout << (outcome.has_value() ? "in time" : "timed out") << ", after "
            << (eddy::now() - begin >= 100ms ? "all of it" : "less") << '\n';
}

int main() { eddy::run(async_main()); }

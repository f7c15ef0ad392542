// A queue between a thread without a loop and tasks: blocking calls on one side, co_await on the other.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <string>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

void read_sensor(eddy::ThreadSafeQueue<int>& readings) {      // a thread that knows nothing of loops
  for (int i = 1; i <= 5; ++i) readings.put_blocking(i * i);  // waits while the queue is full
  readings.shutdown();
}

void write_log(eddy::ThreadSafeQueue<std::string>& lines) {
  while (auto line = lines.next_blocking()) std::cout << *line << '\n';
}

Task<> convert(eddy::ThreadSafeQueue<int>& readings, eddy::ThreadSafeQueue<std::string>& lines) {
  while (auto reading = co_await readings.next()) {
    co_await eddy::sleep(1ms);
    co_await lines.put("reading " + std::to_string(*reading));
  }
  lines.shutdown();
}

int main() {
  eddy::ThreadSafeQueue<int> readings(2);
  eddy::ThreadSafeQueue<std::string> lines;
  std::jthread sensor(read_sensor, std::ref(readings));
  std::jthread log(write_log, std::ref(lines));
  eddy::run(convert(readings, lines));
}

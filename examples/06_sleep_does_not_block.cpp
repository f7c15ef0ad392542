// co_await eddy::sleep lets everything else run; std::this_thread::sleep_for stops the whole loop.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <thread>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> bad() {
  std::this_thread::sleep_for(60ms);  // blocks the thread, and with it every task
  co_return;
}

Task<> good() {
  co_await eddy::sleep(60ms);  // the loop runs other tasks meanwhile
}

Task<> heart(int& beats) {
  for (;;) {
    co_await eddy::sleep(10ms);
    ++beats;
  }
}

Task<bool> heart_beats_during(Task<> work) {
  int beats = 0;
  co_await eddy::with(eddy::background(heart(beats)), [&] { return std::move(work); });
  co_return beats > 0;
}

Task<> async_main() {
  bool during_bad = co_await heart_beats_during(bad());
  std::cout << "thread sleeps: the heart " << (during_bad ? "beats" : "stands still") << '\n';
  bool during_good = co_await heart_beats_during(good());
  std::cout << "task sleeps: the heart " << (during_good ? "beats" : "stands still") << '\n';
}

int main() { eddy::run(async_main()); }

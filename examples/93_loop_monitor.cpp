// A monitor of the loop's lag: a task that should be woken every few milliseconds, and measures how late it is.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class LoopMonitor {
 public:
  explicit LoopMonitor(std::chrono::milliseconds threshold) : threshold_(threshold) {}

  Task<> run() {
    for (;;) {
      auto due = eddy::now() + 10ms;
      co_await eddy::sleep_until(due);
      if (eddy::now() - due > threshold_) blocked_ = true;  // a real program logs it
    }
  }
  bool blocked() const { return blocked_; }

 private:
  std::chrono::milliseconds threshold_;
  bool blocked_ = false;
};

Task<> async_main() {
  LoopMonitor monitor(100ms);
  co_await eddy::with(eddy::background(monitor.run()), []() -> Task<> {
    co_await eddy::sleep(30ms);          // waits: nobody is late
    std::this_thread::sleep_for(250ms);  // blocks
    co_await eddy::sleep(30ms);
  });
  std::cout << "the loop was " << (monitor.blocked() ? "blocked" : "never blocked") << '\n';
}

int main() { eddy::run(async_main()); }

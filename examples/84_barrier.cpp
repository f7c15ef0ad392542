// Barrier: nobody enters the next phase before everybody has finished this one.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> worker(std::string name, std::chrono::milliseconds takes, eddy::Barrier& barrier) {
  co_await eddy::sleep(takes);
  std::cout << name << " has loaded\n";
  co_await barrier.wait();
  co_await eddy::sleep(takes);
  std::cout << name << " has computed\n";
}

Task<> async_main() {
  eddy::Barrier barrier(3);
  co_await eddy::gather(worker("a", 20ms, barrier), worker("b", 60ms, barrier), worker("c", 100ms, barrier));
}

int main() { eddy::run(async_main()); }

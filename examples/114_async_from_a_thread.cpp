// Coroutines from threads that have no loop: a LoopThread runs them, a future brings the result back.
// SPDX-License-Identifier: MIT
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string name) {
  co_await eddy::sleep(5ms);
  if (name.empty()) throw std::invalid_argument("fetch: no name");
  co_return "data of " + name;
}

Task<> forever() { co_await eddy::sleep(24h); }

int main() {
  eddy::LoopThread background;  // its destructor cancels what is left, and joins

  std::cout << background.run(fetch, "a").get() << '\n';  // callable and arguments

  // asyncio's spelling, with a loop that somebody else runs, and a plain std::future.
  std::future<std::string> future = eddy::run_coroutine_threadsafe(fetch("b"), background.loop());
  std::thread worker([&] { std::cout << future.get() << '\n'; });
  worker.join();

  try {
    background.run(fetch, "").get();
  } catch (const std::invalid_argument& e) {
    std::cout << e.what() << '\n';
  }

  auto task = background.run(forever());
  if (task.wait_for(5ms) == std::future_status::timeout) task.cancel();
  try {
    task.get();
  } catch (const eddy::TaskCancelled&) {
    std::cout << "cancelled\n";
  }
}

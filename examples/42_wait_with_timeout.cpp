// wait with a timeout: no error when the time is up, just fewer tasks that are done.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<int> fetch(int id, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return id;
}

Task<> async_main() {
  auto quick = eddy::create_task(fetch, 1, 20ms);
  auto slow = eddy::create_task(fetch, 2, 1h);

  auto [done, pending] = co_await eddy::wait(quick, slow, 80ms);  // or a range of handles
  std::cout << "Completed in time: " << done.size() << '\n';
  std::cout << "Timed out: " << pending.size() << '\n';
  std::cout << std::boolalpha << "the slow one is still running: " << !slow.done() << '\n';

  for (auto& task : pending) task.cancel();
}

int main() { eddy::run(async_main()); }

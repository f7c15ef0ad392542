// A set of the background tasks that are running: add_done_callback takes each out when it ends.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <set>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

// Python needs such a set to keep tasks from being garbage-collected. Here the loop holds every task: keep a set only
// when you want to know what is running, or to stop it.
std::set<eddy::AnyTask> background_tasks;

Task<> some_background_work(std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  std::cout << "job of " << takes.count() << " ms done\n";
}

void start_background_work(std::chrono::milliseconds takes) {
  auto task = eddy::create_task(some_background_work, takes);
  background_tasks.insert(task);
  task.add_done_callback([](auto& done) { background_tasks.erase(done); });
}

Task<> async_main() {
  for (auto takes : {20ms, 60ms, 100ms}) start_background_work(takes);
  std::cout << background_tasks.size() << " running\n";

  co_await eddy::wait(background_tasks);
  co_await eddy::checkpoint();  // callbacks run in the loop's next turn
  std::cout << background_tasks.size() << " running\n";
}

int main() { eddy::run(async_main()); }

// wait(FIRST_COMPLETED): go on as soon as one task has ended, and decide about the others.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string url, std::chrono::milliseconds takes) {
  co_await eddy::sleep(takes);
  co_return "content of " + url;
}

Task<> async_main() {
  std::vector<eddy::TaskHandle<std::string>> tasks;
  tasks.push_back(eddy::create_task(fetch, "url1", 20ms));
  tasks.push_back(eddy::create_task(fetch, "url2", 10s));
  tasks.push_back(eddy::create_task(fetch, "url3", 20s));

  auto [done, pending] = co_await eddy::wait(tasks, eddy::FIRST_COMPLETED);
  std::cout << "First completed: " << done.size() << " task(s)\n";
  std::cout << "Still pending: " << pending.size() << " task(s)\n";

  // wait never cancels: what is pending goes on running unless you stop it.
  for (auto& task : pending) task.cancel();

  std::cout << "Result: " << done.pop().result() << '\n';
}

int main() { eddy::run(async_main()); }

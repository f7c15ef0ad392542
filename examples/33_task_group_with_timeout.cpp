// One deadline for a whole group: a timeout around it cancels and awaits every task inside.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch_data(std::string url) {
  co_await eddy::sleep(url == "/hangs" ? 1h : 20ms);
  co_return url + " fetched";
}

Task<std::vector<std::string>> fetch_all(std::vector<std::string> urls) {
  auto tasks = co_await eddy::task_group([&](eddy::TaskGroup& tg) { return tg.create_tasks(fetch_data, urls); });
  std::vector<std::string> pages;
  for (auto& task : tasks) pages.push_back(task.result());
  co_return pages;
}

Task<> async_main() {
  std::vector<std::string> good{"/a", "/b"};
  for (const auto& line : co_await eddy::wait_for(fetch_all(good), 10s)) std::cout << line << '\n';

  std::vector<std::string> bad{"/a", "/hangs"};
  try {
    co_await eddy::wait_for(fetch_all(bad), 60ms);
  } catch (const eddy::TimeoutError&) {
    std::cout << "timed out; nothing is left running\n";
  }
}

int main() { eddy::run(async_main()); }

// gather of a range: Python's gather(*[fetch(url) for url in urls]).
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(std::string url) {
  co_await eddy::sleep(30ms);
  co_return "<html>" + url + "</html>";
}

Task<> async_main() {
  std::vector<std::string> urls{"example.com", "python.org", "github.com"};

  // The comprehension: one task for each element, all running at the same time.
  auto pages = co_await eddy::gather(urls | std::views::transform(fetch));
  for (const std::string& page : pages) std::cout << page << '\n';

  // When the tasks need different arguments, collect them first. Nothing runs before the gather.
  std::vector<Task<std::string>> tasks;
  for (int page = 1; page <= 2; ++page) tasks.push_back(fetch("example.com/" + std::to_string(page)));
  for (const std::string& page : co_await eddy::gather(std::move(tasks))) std::cout << page << '\n';
}

int main() { eddy::run(async_main()); }

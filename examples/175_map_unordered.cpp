// map_unordered: so many calls at a time, each result dealt with as it comes, with a bar on stderr.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;
namespace it = eddy::iter;

struct Page {
  std::string url;
  std::chrono::milliseconds takes;
};

Task<std::string> fetch(const Page& page) {
  co_await eddy::sleep(page.takes);
  co_return page.url;
}

Task<> async_main() {
  const std::vector<Page> pages = {{"https://api1.com", 200ms},
                                   {"https://api2.com", 50ms},
                                   {"https://api3.com", 100ms},
                                   {"https://api4.com", 100ms}};

  auto completed = pages | it::map_unordered(fetch, 3) | it::progress("pages", pages.size());
  while (auto url = co_await completed.next()) std::cout << "Completed: " << *url << '\n';
}

int main() { eddy::run(async_main()); }

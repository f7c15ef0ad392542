// Semaphore: many tasks, but only so many at a time in the part that matters.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> async_main() {
  eddy::Semaphore semaphore(3);
  int running = 0;
  int most = 0;

  auto fetch_with_limit = [&](int number) -> Task<std::string> {
    auto permit = co_await semaphore.acquire();  // given back at the end of the function
    most = std::max(most, ++running);
    co_await eddy::sleep(10ms);
    --running;
    co_return "url" + std::to_string(number);
  };

  auto urls = co_await eddy::gather(std::views::iota(0, 10) | std::views::transform(fetch_with_limit));
  std::cout << "fetched " << urls.size() << ", the last was " << urls.back() << '\n';
  std::cout << "never more than " << most << " at a time\n";
}

int main() { eddy::run(async_main()); }

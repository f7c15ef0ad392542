// At most three at a time, and at most a hundred a second: two limits at once.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <ranges>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> async_main() {
  eddy::Semaphore connections(3);
  eddy::TokenBucket rate(100.0, 1);
  int running = 0;
  int most = 0;
  auto start = eddy::now();

  auto fetch = [&](int number) -> Task<std::string> {
    auto held = co_await eddy::acquire_all(rate, connections);  // in whatever order: it knows which to take first
    most = std::max(most, ++running);
    co_await eddy::sleep(20ms);
    --running;
    co_return "url" + std::to_string(number);
  };
  auto urls = co_await eddy::gather(std::views::iota(0, 12) | std::views::transform(fetch));

  std::cout << "fetched " << urls.size() << ", the last was " << urls.back() << '\n';
  std::cout << "never more than three at a time: " << std::boolalpha << (most <= 3) << '\n';
  std::cout << "one every 10 ms at the most: " << (eddy::now() - start >= 110ms) << '\n';
}

int main() { eddy::run(async_main()); }

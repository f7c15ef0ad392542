// A token bucket: so many requests a second, with a reserve for bursts.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::string> fetch(int number) {
  co_await eddy::sleep(1ms);
  co_return "page " + std::to_string(number);
}

Task<> async_main() {
  eddy::TokenBucket bucket(100.0, 5);  // 100 a second; 5 at once after a pause
  auto start = eddy::now();

  auto fetch_limited = [&](int number) -> Task<std::string> {
    co_await bucket.acquire();
    co_return co_await fetch(number);
  };
  auto pages = co_await eddy::gather(std::views::iota(0, 15) | std::views::transform(fetch_limited));

  // 5 were there, the other 10 came at one every 10 ms.
  std::cout << "fetched " << pages.size() << ", the last was " << pages.back() << '\n';
  std::cout << "at least 100 ms: " << std::boolalpha << (eddy::now() - start >= 100ms) << '\n';

  // Work that costs more takes more tokens; and who does not want to wait asks.
  co_await bucket.acquire(3);
  std::cout << "5 more at once: " << bucket.try_acquire(5) << '\n';
}

int main() { eddy::run(async_main()); }

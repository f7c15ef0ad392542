// A sliding window: never more than so many calls in any period. `with` is `async with limiter`.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> async_main() {
  eddy::SlidingWindow limiter(5, 50ms);
  std::vector<eddy::TimePoint> calls;

  auto fetch = [&](int number) -> Task<std::string> {
    co_return co_await eddy::with(limiter, [&]() -> Task<std::string> {
      calls.push_back(eddy::now());
      co_await eddy::sleep(5ms);
      co_return "url" + std::to_string(number);
    });
  };
  auto urls = co_await eddy::gather(std::views::iota(0, 20) | std::views::transform(fetch));

  bool kept = true;
  for (std::size_t i = 5; i < calls.size(); ++i) kept = kept && calls[i] - calls[i - 5] >= 50ms;
  std::cout << "fetched " << urls.size() << ", the last was " << urls.back() << '\n';
  std::cout << "never more than 5 in 50 ms: " << std::boolalpha << kept << '\n';
}

int main() { eddy::run(async_main()); }

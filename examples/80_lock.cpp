// Shared state across an await: lost updates without a lock, none with one; best is to share nothing.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <numeric>
#include <ranges>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> increment(int& counter) {
  int before = counter;
  co_await eddy::sleep(0s);  // the others run here, and read the same value
  counter = before + 1;
}

Task<> increment_locked(int& counter, eddy::Lock& lock) {
  auto guard = co_await lock.acquire();  // released when `guard` is destroyed
  int before = counter;
  co_await eddy::sleep(0s);
  counter = before + 1;
}

Task<int> plus_one(int value) {
  co_await eddy::sleep(0s);
  co_return value + 1;
}

Task<> async_main() {
  auto hundred = std::views::iota(0, 100);

  int counter = 0;
  co_await eddy::gather(hundred | std::views::transform([&](int) { return increment(counter); }));
  std::cout << "without a lock: " << (counter < 100 ? "updates were lost" : "no update was lost") << '\n';

  counter = 0;
  eddy::Lock lock;
  co_await eddy::gather(hundred | std::views::transform([&](int) { return increment_locked(counter, lock); }));
  std::cout << "with a lock: " << counter << '\n';

  auto results = co_await eddy::gather(hundred | std::views::transform([](int) { return plus_one(0); }));
  std::cout << "nothing shared: " << std::accumulate(results.begin(), results.end(), 0) << '\n';
}

int main() { eddy::run(async_main()); }

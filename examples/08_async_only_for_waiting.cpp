// What waits is a coroutine; what computes stays an ordinary function.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <numeric>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

// Never waits: as a coroutine it would only become slower.
int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

int total(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }

Task<int> fetch_number(std::string url) {
  co_await eddy::sleep(30ms);
  co_return static_cast<int>(url.size());
}

// Waits for several things at once: this is what coroutines are for. The sum at the end is ordinary code.
Task<int> fetch_and_sum(std::vector<std::string> urls) {
  std::vector<int> numbers = co_await eddy::gather(urls | std::views::transform(fetch_number));
  co_return total(numbers);
}

Task<> async_main() {
  std::cout << "fibonacci(20) = " << fibonacci(20) << '\n';
  std::vector<std::string> urls{"/one", "/three", "/fifteen"};
  int sum = co_await fetch_and_sum(urls);
  std::cout << "sum = " << sum << '\n';
}

int main() { eddy::run(async_main()); }

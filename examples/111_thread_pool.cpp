// CPU work in a ThreadPool: run for one function, map for a list of results, parallel_for for effects.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <numeric>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

long count_primes(int below) {
  long count = 0;
  for (int n = 2; n < below; ++n) {
    bool prime = true;
    for (int d = 2; d * d <= n && prime; ++d) prime = n % d != 0;
    count += prime;
  }
  return count;
}

Task<> async_main() {
  co_await eddy::with(eddy::ThreadPool(4), [](eddy::ThreadPool& pool) -> Task<> {  // closed and awaited at the end
    long one = co_await pool.run(count_primes, 1000);
    std::cout << one << " primes\n";

    auto [a, b] = co_await eddy::gather(pool.run(count_primes, 100), pool.run(count_primes, 10000));
    std::cout << a << " and " << b << '\n';

    std::vector<int> limits{10, 100, 1000};
    auto counts = co_await pool.map(limits, count_primes);  // in the order of the items
    for (long count : counts) std::cout << count << ' ';
    std::cout << '\n';

    std::vector<double> squares(1000);
    co_await pool.parallel_for(0, 1000, [&](int i) { squares[static_cast<std::size_t>(i)] = 1.0 * i * i; });
    std::cout << std::accumulate(squares.begin(), squares.end(), 0.0) / 1000 << '\n';
  });
}

int main() { eddy::run(async_main()); }

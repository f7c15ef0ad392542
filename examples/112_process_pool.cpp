// CPU work in a ProcessPool: what crashes or hangs there is an error here, and the pool goes on.
// SPDX-License-Identifier: MIT
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

long cpu_bound(int n) {
  long sum = 0;
  for (long i = 0; i < n; ++i) sum += i * i;
  return sum;
}

int crashes(int n) {
  std::signal(SIGABRT, SIG_DFL);
  std::raise(SIGABRT);  // stands for a bug in a library
  return n;
}

int hangs(int n) {
  for (volatile bool forever = true; forever;) {
  }
  return n;
}

int refuses(int n) { throw std::invalid_argument("not " + std::to_string(n)); }

Task<> async_main() {
  co_await eddy::with(eddy::ProcessPool(2), [](eddy::ProcessPool& pool) -> Task<> {
    long sum = co_await pool.run(cpu_bound, 1'000'000);
    std::cout << sum << '\n';

    std::vector<int> sizes{10, 100, 1000};
    for (long each : co_await pool.map(sizes, cpu_bound)) std::cout << each << ' ';
    std::cout << '\n';

    auto crashed = co_await eddy::outcome(pool.run(crashes, 1));
    if (auto* died = crashed.error_as<eddy::WorkerDied>()) {
      std::cout << "the worker died of " << (died->signal() == SIGABRT ? "SIGABRT" : "another signal") << '\n';
    }

    try {
      co_await eddy::wait_for(pool.run(hangs, 1), 100ms);
    } catch (const eddy::TimeoutError&) {
      std::cout << "the worker took too long and was killed\n";
    }

    try {
      co_await pool.run(refuses, 7);
    } catch (const std::invalid_argument& e) {
      std::cout << "invalid_argument: " << e.what() << '\n';
    }

    long again = co_await pool.run(cpu_bound, 10);
    std::cout << "and goes on: " << again << '\n';
  });
}

int main() { eddy::run(async_main()); }

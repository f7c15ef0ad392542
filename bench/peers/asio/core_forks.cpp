// SPDX-License-Identifier: MIT
//
// Fork and join: work that splits itself, on one loop.
#include <asio/experimental/awaitable_operators.hpp>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr int kTurns = 1;
constexpr int kNumber = 25;
constexpr long kResult = 75'025;
constexpr double kCalls = 242'785;  // of fibonacci(25)

asio::awaitable<int> fibonacci(int n) {
  if (n < 2) co_return n;
  const auto [a, b] = co_await (fibonacci(n - 1) && fibonacci(n - 2));
  co_return a + b;
}

double fork_fib() {
  Turns turns(kTurns);
  run_on_loop([&]() -> asio::awaitable<void> {
    while (turns.next()) expect(co_await fibonacci(kNumber), kResult);
  });
  return turns.seconds() / kCalls;
}

const Scenario forks[] = {{"fork_fib", fork_fib}};

}  // namespace
}  // namespace eddy::bench

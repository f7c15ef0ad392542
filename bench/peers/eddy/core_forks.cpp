// SPDX-License-Identifier: MIT
//
// Fork and join: work that splits itself, on one loop.
#include <numeric>
#include <ranges>
#include <vector>

#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 2;
constexpr int kNumber = 30;
constexpr long kResult = 832'040;
constexpr double kCalls = 2'692'537;  // of fibonacci(30)
constexpr long kLeaves = 1'000'000;
constexpr double kActors = 1'111'111;

Task<int> fibonacci(int n) {
  if (n < 2) co_return n;
  auto [a, b] = co_await gather(fibonacci(n - 1), fibonacci(n - 2));
  co_return a + b;
}

double fork_fib() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) expect(co_await fibonacci(kNumber), kResult);
    co_return turns.seconds() / kCalls;
  });
}

/// The sum of the numbers of the leaves below, ten children each.
Task<long> skynet(long first, long size) {
  if (size == 1) co_return first;
  auto children = std::views::iota(0L, 10L) |
                  std::views::transform([=](long i) { return skynet(first + i * size / 10, size / 10); });
  const std::vector<long> sums = co_await gather(children);
  co_return std::accumulate(sums.begin(), sums.end(), 0L);
}

double fork_skynet() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) expect(co_await skynet(0, kLeaves), kLeaves * (kLeaves - 1) / 2);
    co_return turns.seconds() / kActors;
  });
}

const Scenario forks[] = {{"fork_fib", fork_fib}, {"fork_skynet", fork_skynet}};

}  // namespace
}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
//
// Starting tasks, joining them, turns, calls, cancelling.
#include "bench/guard/count.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr long kCalls = 1'000;
constexpr long kMany = 10'000;
constexpr int kNumber = 15;
constexpr long kNumberCalls = 1'973;  // of fibonacci(15)

Task<> nothing() { co_return; }
Task<int> number(int value) { co_return value; }

long spawn_join() {
  return count_of([]() -> Task<long> {
    for (long i = 0; i < kCalls; ++i) co_await task_group([](TaskGroup& group) { group.create_task(nothing()); });
    co_return kCalls;
  });
}

long spawn_join_in_one_group() {
  return count_of([]() -> Task<long> {
    co_await task_group([](TaskGroup& group) -> Task<> {
      for (long i = 0; i < kCalls; ++i) co_await group.create_task(nothing());
    });
    co_return kCalls;
  });
}

long spawn_join_result() {
  return count_of([]() -> Task<long> {
    for (int i = 0; i < kCalls; ++i) {
      TaskHandle<int> handle = create_task(number(i));
      keep(co_await handle);
    }
    co_return kCalls;
  });
}

long spawn_10k() {
  return count_of([]() -> Task<long> {
    co_await task_group([](TaskGroup& group) {
      for (long i = 0; i < kMany; ++i) group.create_task(nothing());
    });
    co_return kMany;
  });
}

Task<> yield_often() {
  for (long i = 0; i < kCalls; ++i) co_await checkpoint();
}

long yield_two() {
  return count_of([]() -> Task<long> {
    co_await task_group([](TaskGroup& group) {
      group.create_task(yield_often());
      group.create_task(yield_often());
    });
    co_return 2 * kCalls;
  });
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await nested(depth - 1);
  co_return below + 1;
}

long nested_await() {
  return count_of([]() -> Task<long> {
    keep(co_await nested(kCalls));
    co_return kCalls;
  });
}

Task<int> fibonacci(int n) {
  if (n < 2) co_return n;
  auto [a, b] = co_await gather(fibonacci(n - 1), fibonacci(n - 2));
  co_return a + b;
}

long fork_fib() {
  return count_of([]() -> Task<long> {
    keep(co_await fibonacci(kNumber));
    co_return kNumberCalls;
  });
}

const Benchmark tasks[] = {
    {"spawn_join", spawn_join},
    {"spawn_join_in_one_group", spawn_join_in_one_group},
    {"spawn_join_result", spawn_join_result},
    {"spawn_10k", spawn_10k},
    {"yield_two", yield_two},
    {"nested_await", nested_await},
    {"fork_fib", fork_fib},
};

}  // namespace
}  // namespace eddy::bench

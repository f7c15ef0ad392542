// SPDX-License-Identifier: MIT
#include "bench/harness.h"
#include "eddy/iter/async_generator.h"
#include "eddy/sync/event.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kYields = 1000;

Task<> yield_often() {
  for (int i = 0; i < kYields; ++i) co_await checkpoint();
}

void yield_between_two_tasks(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await task_group([](TaskGroup& tg) {
        tg.create_task(yield_often());
        tg.create_task(yield_often());
      });
    }
  });
  per_operation(state, 2 * kYields, "≤ 10 ns, floor 8–10");
}
BENCHMARK(yield_between_two_tasks);

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  int below = co_await nested(depth - 1);
  co_return below + 1;
}

void nested_await_1000_deep(benchmark::State& state) {
  constexpr int kDepth = 1000;
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      int depth = co_await nested(kDepth);
      benchmark::DoNotOptimize(depth);
    }
  });
  per_operation(state, kDepth, "≤ 18 ns, floor 14–19");
}
BENCHMARK(nested_await_1000_deep);

Task<int> ready_task() { co_return 1; }
Task<> yields_once() { co_await checkpoint(); }

void wait_for_a_ready_leaf(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    Event event;
    event.set();
    for (auto _ : state) co_await wait_for(event.wait(), 30s);
  });
  per_operation(state, 1, "≤ 20 ns, floor 0–11");
}
BENCHMARK(wait_for_a_ready_leaf);

void wait_for_a_ready_task(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      int result = co_await wait_for(ready_task(), 30s);
      benchmark::DoNotOptimize(result);
    }
  });
  per_operation(state, 1, "≤ 20 ns, floor 19–32");
}
BENCHMARK(wait_for_a_ready_task);

void wait_for_a_leaf_that_yields_once(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await wait_for(checkpoint(), 30s);
  });
  per_operation(state, 1, "≤ 45 ns, floor 27–38");
}
BENCHMARK(wait_for_a_leaf_that_yields_once);

void wait_for_a_task_that_yields_once(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await wait_for(yields_once(), 30s);
  });
  per_operation(state, 1, "≤ 45 ns, floor 27–38");
}
BENCHMARK(wait_for_a_task_that_yields_once);

AsyncGenerator<int> count() {
  for (int i = 0;; ++i) co_yield i;
}

void async_generator_per_item(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    AsyncGenerator<int> numbers = count();
    for (auto _ : state) {
      auto number = co_await numbers.next();
      benchmark::DoNotOptimize(number);
    }
  });
  per_operation(state, 1, "no target");
}
BENCHMARK(async_generator_per_item);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

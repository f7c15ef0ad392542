// SPDX-License-Identifier: MIT
#include <ranges>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

Task<> nothing() { co_return; }
Task<int> number(int value) { co_return value; }

void spawn_and_join_a_group_each(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await task_group([](TaskGroup& tg) { tg.create_task(nothing()); });
  });
  per_operation(state, 1, "≤ 24 ns, floor 15–23");
}
BENCHMARK(spawn_and_join_a_group_each);

void spawn_and_join_in_one_group(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      for (auto _ : state) co_await tg.create_task(nothing());
    });
  });
  per_operation(state, 1, "≤ 24 ns, floor 15–23");
}
BENCHMARK(spawn_and_join_in_one_group);

void spawn_and_join_with_handle_and_result(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      TaskHandle<int> handle = create_task(number(7));
      int& result = co_await handle;
      benchmark::DoNotOptimize(result);
    }
  });
  per_operation(state, 1, "≤ 32 ns, floor 39–46");
}
BENCHMARK(spawn_and_join_with_handle_and_result);

constexpr int kMany = 10'000;

void spawn_10k_then_join_tasks(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await task_group([](TaskGroup& tg) {
        for (int i = 0; i < kMany; ++i) tg.create_task(nothing());
      });
    }
  });
  per_operation(state, kMany, "≤ 35 ns, floor 27–36");
}
BENCHMARK(spawn_10k_then_join_tasks);

void spawn_10k_then_join_create_tasks(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await task_group([](TaskGroup& tg) { tg.create_tasks(number, std::views::iota(0, kMany)); });
    }
  });
  per_operation(state, kMany, "≤ 35 ns, floor 27–36");
}
BENCHMARK(spawn_10k_then_join_create_tasks);

Task<int> fibonacci(int n) {
  if (n < 2) co_return n;
  auto [a, b] = co_await gather(fibonacci(n - 1), fibonacci(n - 2));
  co_return a + b;
}

void fork_join_fib_30(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      int result = co_await fibonacci(30);
      benchmark::DoNotOptimize(result);
    }
  });
  state.counters["ms"] = benchmark::Counter(static_cast<double>(state.iterations()) / 1e3,
                                            benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, "no target, floor 131");
}
BENCHMARK(fork_join_fib_30)->Unit(benchmark::kMillisecond);

void start_up_run_of_nothing(benchmark::State& state) {
  for (auto _ : state) run(nothing());
  state.counters["us"] = benchmark::Counter(static_cast<double>(state.iterations()) / 1e6,
                                            benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, "≤ 300 us, floor –");
}
BENCHMARK(start_up_run_of_nothing)->UseRealTime();

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

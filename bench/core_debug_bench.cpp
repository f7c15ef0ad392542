// SPDX-License-Identifier: MIT
//
// What debug mode costs: each scenario is timed with it off and on by turns, in one process, so that what else the
// machine does falls on both. `ns` is with debug mode on; `off` and `ratio` stand beside it.
#include <chrono>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

constexpr int kSpawns = 10'000;

Task<> nothing() { co_return; }
Task<int> number(int value) { co_return value; }

Task<> a_group_each() {
  for (int i = 0; i < kSpawns; ++i) co_await task_group([](TaskGroup& tg) { tg.create_task(nothing()); });
}

Task<> one_at_a_time(TaskGroup& tg) {
  for (int i = 0; i < kSpawns; ++i) co_await tg.create_task(nothing());
}
Task<> in_one_group() {
  co_await task_group([](TaskGroup& tg) { return one_at_a_time(tg); });
}

Task<> with_handle_and_result() {
  for (int i = 0; i < kSpawns; ++i) {
    TaskHandle<int> handle = create_task(number(7));
    int& result = co_await handle;
    benchmark::DoNotOptimize(result);
  }
}

Task<> ten_thousand_then_join() {
  co_await task_group([](TaskGroup& tg) {
    for (int i = 0; i < kSpawns; ++i) tg.create_task(nothing());
  });
}

using Scenario = Task<> (*)();

/// On this thread's processor time: seconds for one round of the scenario.
double seconds(Scenario scenario, bool debug) {
  timespec begin{};
  timespec end{};
  run(
      [&]() -> Task<> {
        co_await scenario();  // warm
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
        co_await scenario();
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
      },
      RunOptions().handle_signals(false).debug(debug));
  return static_cast<double>(end.tv_sec - begin.tv_sec) + static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-9;
}

void on_and_off(benchmark::State& state, Scenario scenario) {
  double off = 0;
  double on = 0;
  double rounds = 0;
  for (auto _ : state) {
    off += seconds(scenario, false);
    on += seconds(scenario, true);
    ++rounds;
  }
  state.counters["ns"] = on * 1e9 / rounds / kSpawns;
  state.counters["off"] = off * 1e9 / rounds / kSpawns;
  state.counters["ratio"] = on / off;
  promise(state, "no target, floor twice what it costs when off");
}

void debug_spawn_and_join_a_group_each(benchmark::State& state) { on_and_off(state, a_group_each); }
BENCHMARK(debug_spawn_and_join_a_group_each);

void debug_spawn_and_join_in_one_group(benchmark::State& state) { on_and_off(state, in_one_group); }
BENCHMARK(debug_spawn_and_join_in_one_group);

void debug_spawn_and_join_with_handle_and_result(benchmark::State& state) { on_and_off(state, with_handle_and_result); }
BENCHMARK(debug_spawn_and_join_with_handle_and_result);

void debug_spawn_10k_then_join(benchmark::State& state) { on_and_off(state, ten_thousand_then_join); }
BENCHMARK(debug_spawn_10k_then_join);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

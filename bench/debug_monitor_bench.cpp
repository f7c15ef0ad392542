// SPDX-License-Identifier: MIT
//
// What it costs to be looked at, a dispatch: nobody, a monitor, a trace.
#include <cstdio>
#include <optional>
#include <string>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

constexpr int kRounds = 1000;

Task<> yields() {
  for (int i = 0; i < kRounds; ++i) co_await checkpoint();
}

Task<> two_that_yield(benchmark::State& state) {
  for (auto _ : state) {
    co_await task_group([](TaskGroup& tg) {
      tg.create_task(yields);
      tg.create_task(yields);
    });
  }
}

void dispatch_unobserved(benchmark::State& state) {
  on_loop([&] { return two_that_yield(state); });
  per_operation(state, 2 * kRounds, "≤ 10 ns");
}
BENCHMARK(dispatch_unobserved);

void dispatch_with_a_monitor(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    debug::LoopMonitor monitor;
    co_await two_that_yield(state);
  });
  per_operation(state, 2 * kRounds, "≤ 100 ns");
}
BENCHMARK(dispatch_with_a_monitor);

// To nowhere, without a limit, with the other thread competing for the machine: what is dropped is cheaper, so it is
// shown.
void dispatch_with_a_trace(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    debug::Trace trace{"/dev/null", debug::TraceOptions{}.max_bytes(UINT64_MAX)};
    co_await two_that_yield(state);
    state.counters["dropped"] =
        benchmark::Counter(static_cast<double>(trace.dropped()), benchmark::Counter::kAvgIterations);
  });
  per_operation(state, 2 * kRounds, "≤ 200 ns");
}
BENCHMARK(dispatch_with_a_trace);

Task<> nothing() { co_return; }

Task<> spawns_and_joins(benchmark::State& state) {
  for (auto _ : state) {
    co_await task_group([](TaskGroup& tg) {
      for (int i = 0; i < kRounds; ++i) tg.create_task(nothing());
    });
  }
}

void spawn_unobserved(benchmark::State& state) {
  on_loop([&] { return spawns_and_joins(state); });
  per_operation(state, kRounds, "≤ 35 ns");
}
BENCHMARK(spawn_unobserved);

void spawn_with_a_monitor(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    debug::LoopMonitor monitor;
    co_await spawns_and_joins(state);
  });
  per_operation(state, kRounds, "≤ 200 ns");
}
BENCHMARK(spawn_with_a_monitor);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

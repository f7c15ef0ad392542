// SPDX-License-Identifier: MIT
#include <time.h>

#include "bench/harness.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

Task<> three_deep() { co_await sleep(1h); }
Task<> two_deep() { co_await three_deep(); }
Task<> one_deep() { co_await two_deep(); }

Task<> until_all_sleep(std::size_t count) {
  while (get_running_loop().timers().size() < count) co_await checkpoint();
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// From the cancel until the group has seen the last task end. Spawning them is not measured.
void cancel_sleeping(benchmark::State& state, std::size_t count) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      double begin = 0;
      co_await task_group([&](TaskGroup& tg) -> Task<> {
        for (std::size_t i = 0; i < count; ++i) tg.create_task(one_deep());
        co_await until_all_sleep(count);
        begin = cpu_seconds();
        tg.cancel();
      });
      state.SetIterationTime(cpu_seconds() - begin);
    }
  });
}

void cancel_three_deep_warm(benchmark::State& state) {
  cancel_sleeping(state, 128);
  per_operation(state, 128, "≤ 80 ns, floor 46–57");
}
BENCHMARK(cancel_three_deep_warm)->UseManualTime();

void cancel_three_deep_100k_cold(benchmark::State& state) {
  cancel_sleeping(state, 100'000);
  per_operation(state, 100'000, "≤ 80 ns, floor 40–104");
}
BENCHMARK(cancel_three_deep_100k_cold)->UseManualTime();

void spawn_sleep_cancel_join_one(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      TaskHandle<> handle = create_task(one_deep());
      co_await checkpoint();
      co_await cancel_and_wait(handle);
    }
  });
  per_operation(state, 1, "no target");
}
BENCHMARK(spawn_sleep_cancel_join_one);

// In virtual time, so that the clock costs nothing and the deadline is always next.
void timeout_fires_three_deep(benchmark::State& state) {
  in_virtual_time([&]() -> Task<> {
    for (auto _ : state) {
      auto result = co_await try_for(one_deep(), 1s);
      benchmark::DoNotOptimize(result);
    }
  });
  per_operation(state, 1, "≤ 110 ns, floor 92–103");
}
BENCHMARK(timeout_fires_three_deep);

void timeout_fires_and_throws(benchmark::State& state) {
  in_virtual_time([&]() -> Task<> {
    for (auto _ : state) {
      try {
        co_await wait_for(one_deep(), 1s);
      } catch (const TimeoutError&) {
      }
    }
  });
  per_operation(state, 1, "no target");
}
BENCHMARK(timeout_fires_and_throws);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

// SPDX-License-Identifier: MIT
#include <time.h>

#include <thread>

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

// Seconds from the cancel until the group has seen the last task end. Spawning them is not measured.
Task<double> cancel_sleeping(std::size_t count) {
  double begin = 0;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    for (std::size_t i = 0; i < count; ++i) tg.create_task(one_deep());
    co_await until_all_sleep(count);
    begin = cpu_seconds();
    tg.cancel();
  });
  co_return cpu_seconds() - begin;
}

void cancel_three_deep_warm(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      double seconds = co_await cancel_sleeping(128);
      state.SetIterationTime(seconds);
    }
  });
  per_operation(state, 128, "≤ 80 ns, floor 46–57");
}
BENCHMARK(cancel_three_deep_warm)->UseManualTime();

constexpr std::size_t kCold = 100'000;

// On a thread of its own, so that each time starts with an empty frame heap, where neighbours in time are neighbours in
// memory.
void cancel_three_deep_100k_cold(benchmark::State& state) {
  double seconds = 0;
  for (auto _ : state) {
    std::thread([&] { on_loop([&]() -> Task<> { seconds = co_await cancel_sleeping(kCold); }); }).join();
    state.SetIterationTime(seconds);
  }
  per_operation(state, kCold, "≤ 80 ns, floor 40–104");
}
BENCHMARK(cancel_three_deep_100k_cold)->UseManualTime();

// The same again and again in one heap, whose free lists get shuffled.
void cancel_three_deep_100k_in_a_used_heap(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      double seconds = co_await cancel_sleeping(kCold);
      state.SetIterationTime(seconds);
    }
  });
  per_operation(state, kCold, "no target");  // cache misses, four lines a task
}
BENCHMARK(cancel_three_deep_100k_in_a_used_heap)->UseManualTime();

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
  per_operation(state, 1, "no target, floor 92–103");
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

// SPDX-License-Identifier: MIT
//
// Functions in threads: what a dispatch costs, one at a time and many at once, and work shared by two threads.
// `./dev bench peers` sets them beside others.
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>

#include "bench/crunch.h"
#include "bench/harness.h"

namespace eddy::bench {
namespace {

void nothing() {}

void microseconds(benchmark::State& state, std::string label) {
  state.counters["us"] = benchmark::Counter(static_cast<double>(state.iterations()) / 1e6,
                                            benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, std::move(label));
}

void to_thread_round_trip(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await to_thread(nothing);
  });
  microseconds(state, "≤ 20 us, floor –");
}
BENCHMARK(to_thread_round_trip)->UseRealTime();

constexpr int kMany = 100'000;

void pool_run_100k_at_once(benchmark::State& state) {
  ThreadPool pool{1};
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await task_group([&](TaskGroup& tg) {
        for (int i = 0; i < kMany; ++i) tg.create_task(pool.run(nothing));
      });
    }
  });
  per_operation(state, kMany, "≤ 250 ns, floor –");
}
BENCHMARK(pool_run_100k_at_once)->UseRealTime();

void to_thread_100k_at_once(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await task_group([&](TaskGroup& tg) {
        for (int i = 0; i < kMany; ++i) tg.create_task(to_thread(nothing));
      });
    }
  });
  per_operation(state, kMany, "≤ 250 ns, floor –");
}
BENCHMARK(to_thread_100k_at_once)->UseRealTime();

void call_soon_threadsafe_from_a_thread(benchmark::State& state) {
  constexpr int kCalls = 10'000;
  LoopThread background;
  for (auto _ : state) {
    std::atomic<int> left = kCalls;
    for (int i = 0; i < kCalls; ++i) {
      background.loop().call_soon_threadsafe([&left] {
        if (left.fetch_sub(1, std::memory_order_release) == 1) left.notify_one();
      });
    }
    for (int seen = left; seen != 0; seen = left) left.wait(seen);
  }
  per_operation(state, kCalls, "no target");
}
BENCHMARK(call_soon_threadsafe_from_a_thread)->UseRealTime();

// --- work on two threads
// -----------------------------------------------------------------------------------------------

void milliseconds(benchmark::State& state, std::string label) {
  state.counters["ms"] = benchmark::Counter(static_cast<double>(state.iterations()) / 1e3,
                                            benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  promise(state, std::move(label));
}

void crunch_with_pool_map(benchmark::State& state) {
  ThreadPool pool{2};
  std::vector<std::size_t> items(kItems);
  std::iota(items.begin(), items.end(), std::size_t{0});
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto results = co_await pool.map(items, crunch);
      benchmark::DoNotOptimize(results.data());
    }
  });
  milliseconds(state, "no target");
}
BENCHMARK(crunch_with_pool_map)->UseRealTime()->Unit(benchmark::kMillisecond);

void crunch_with_parallel_for(benchmark::State& state) {
  ThreadPool pool{2};
  std::vector<double> results(kItems);
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      co_await pool.parallel_for(std::size_t{0}, kItems, [&](std::size_t i) { results[i] = crunch(i); });
      benchmark::DoNotOptimize(results.data());
    }
  });
  milliseconds(state, "no target");
}
BENCHMARK(crunch_with_parallel_for)->UseRealTime()->Unit(benchmark::kMillisecond);

void crunch_with_two_threads_by_hand(benchmark::State& state) {
  for (auto _ : state) {
    std::vector<double> results(kItems);
    auto half = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) results[i] = crunch(i);
    };
    std::thread other(half, kItems / 2, kItems);
    half(0, kItems / 2);
    other.join();
    benchmark::DoNotOptimize(results.data());
  }
  milliseconds(state, "no target, floor peer");
}
BENCHMARK(crunch_with_two_threads_by_hand)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

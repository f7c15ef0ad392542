// SPDX-License-Identifier: MIT
#include <ranges>

#include "bench/harness.h"
#include "eddy/flow/map_concurrent.h"
#include "eddy/flow/produce_consume.h"
#include "eddy/iter/buffer.h"
#include "eddy/iter/map_async.h"
#include "eddy/iter/map_unordered.h"

namespace eddy::bench {
namespace {

constexpr int kItems = 100'000;

Task<int> answer(int i) { co_return i; }
Task<> nothing(int) { co_return; }
Task<int> answer_later(int i) {
  co_await checkpoint();
  co_return i;
}

void await_calls_one_by_one(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      for (int i = 0; i < kItems; ++i) benchmark::DoNotOptimize(co_await answer(i));
    }
  });
  per_operation(state, kItems, "no target");
}
BENCHMARK(await_calls_one_by_one);

void map_concurrent_10_ready_calls(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto all = co_await map_concurrent(std::views::iota(0, kItems), answer, 10);
      benchmark::DoNotOptimize(all);
    }
  });
  per_operation(state, kItems, "≤ 25 ns");
}
BENCHMARK(map_concurrent_10_ready_calls);

void map_concurrent_10_calls_that_wait(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto all = co_await map_concurrent(std::views::iota(0, kItems), answer_later, 10);
      benchmark::DoNotOptimize(all);
    }
  });
  per_operation(state, kItems, "≤ 35 ns");
}
BENCHMARK(map_concurrent_10_calls_that_wait);

void for_each_concurrent_10(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await for_each_concurrent(std::views::iota(0, kItems), nothing, 10);
  });
  per_operation(state, kItems, "≤ 15 ns");
}
BENCHMARK(for_each_concurrent_10);

void map_async_10_ready_calls(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto all = std::views::iota(0, kItems) | iter::map_async(answer, 10);
      while (auto item = co_await all.next()) benchmark::DoNotOptimize(*item);
    }
  });
  per_operation(state, kItems, "no target");
}
BENCHMARK(map_async_10_ready_calls);

void map_unordered_10_ready_calls(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto all = std::views::iota(0, kItems) | iter::map_unordered(answer, 10);
      while (auto item = co_await all.next()) benchmark::DoNotOptimize(*item);
    }
  });
  per_operation(state, kItems, "≤ 35 ns");
}
BENCHMARK(map_unordered_10_ready_calls);

void buffer_100(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) {
      auto all = std::views::iota(0, kItems) | iter::buffer(100);
      while (auto item = co_await all.next()) benchmark::DoNotOptimize(*item);
    }
  });
  per_operation(state, kItems, "≤ 20 ns");
}
BENCHMARK(buffer_100);

Task<> produce(Queue<int>& queue) {
  for (int i = 0; i < kItems; ++i) co_await queue.put(i);
}

void produce_consume_10_workers(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    for (auto _ : state) co_await produce_consume(produce, nothing, Workers{}.count(10).buffer(100));
  });
  per_operation(state, kItems, "≤ 25 ns");
}
BENCHMARK(produce_consume_10_workers);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

// SPDX-License-Identifier: MIT
#include "bench/harness.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/queue.h"
#include "eddy/sync/semaphore.h"

namespace eddy::bench {
namespace {

constexpr int kItems = 20'000;

Task<> produce(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) co_await queue.put(i);
}

Task<> consume(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) {
    int item = co_await queue.get();
    benchmark::DoNotOptimize(item);
  }
}

void queue(benchmark::State& state, int pairs) {
  on_loop([&]() -> Task<> {
    Queue<int> items(100);
    for (auto _ : state) {
      co_await task_group([&](TaskGroup& tg) {
        for (int i = 0; i < pairs; ++i) tg.create_task(produce(items, kItems / pairs));
        for (int i = 0; i < pairs; ++i) tg.create_task(consume(items, kItems / pairs));
      });
    }
  });
}

void queue_1_to_1_capacity_100(benchmark::State& state) {
  queue(state, 1);
  per_operation(state, kItems, "≤ 9 ns, floor 7.5–10");
}
BENCHMARK(queue_1_to_1_capacity_100);

void queue_4_to_4_capacity_100(benchmark::State& state) {
  queue(state, 4);
  per_operation(state, kItems, "≤ 12 ns, floor 7.5–10.5");
}
BENCHMARK(queue_4_to_4_capacity_100);

constexpr int kTasks = 10'000;
constexpr int kRounds = 10;

// Held across a yield: without it nobody would ever wait.
Task<> take_turns(Semaphore& semaphore) {
  for (int i = 0; i < kRounds; ++i) {
    auto permit = co_await semaphore.acquire();
    co_await checkpoint();
  }
}

void semaphore_10_with_10k_tasks(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    Semaphore semaphore(10);
    for (auto _ : state) {
      co_await task_group([&](TaskGroup& tg) {
        for (int i = 0; i < kTasks; ++i) tg.create_task(take_turns(semaphore));
      });
    }
  });
  per_operation(state, kTasks * kRounds, "≤ 25 ns, floor 21–29");
}
BENCHMARK(semaphore_10_with_10k_tasks);

void lock_without_contention(benchmark::State& state) {
  on_loop([&]() -> Task<> {
    Lock lock;
    for (auto _ : state) auto guard = co_await lock.acquire();
  });
  per_operation(state, 1, "no target");
}
BENCHMARK(lock_without_contention);

}  // namespace
}  // namespace eddy::bench

int main(int argc, char** argv) { return eddy::bench::main(argc, argv); }

// SPDX-License-Identifier: MIT
//
// Tasks that hand over numbers, and tasks that take turns.
#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 25;
constexpr std::size_t kCapacity = 100;
constexpr int kItems = 200'000;
constexpr int kTasks = 10'000;
constexpr int kEach = 10;

Task<> produce(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) co_await queue.put(i);
}

Task<> consume(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) keep(co_await queue.get());
}

double queue(int pairs) {
  return run([&]() -> Task<double> {
    Queue<int> items(kCapacity);
    Turns turns(kTurns);
    while (turns.next()) {
      co_await task_group([&](TaskGroup& group) {
        for (int i = 0; i < pairs; ++i) group.create_task(produce(items, kItems / pairs));
        for (int i = 0; i < pairs; ++i) group.create_task(consume(items, kItems / pairs));
      });
    }
    co_return turns.seconds() / kItems;
  });
}

double queue_1_1() { return queue(1); }
double queue_4_4() { return queue(4); }

/// Held across a yield: without it nobody would ever wait.
Task<> take_turns(Semaphore& semaphore) {
  for (int i = 0; i < kEach; ++i) {
    auto permit = co_await semaphore.acquire();
    co_await checkpoint();
  }
}

double semaphore_10() {
  return run([]() -> Task<double> {
    Semaphore semaphore(10);
    Turns turns(kTurns);
    while (turns.next()) {
      co_await task_group([&](TaskGroup& group) {
        for (int i = 0; i < kTasks; ++i) group.create_task(take_turns(semaphore));
      });
    }
    co_return turns.seconds() / kTasks / kEach;
  });
}

const Scenario sync[] = {{"queue_1_1", queue_1_1}, {"queue_4_4", queue_4_4}, {"semaphore_10", semaphore_10}};

}  // namespace
}  // namespace eddy::bench

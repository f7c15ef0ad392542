// SPDX-License-Identifier: MIT
//
// Queues, semaphores, locks.
#include "bench/guard/count.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/queue.h"
#include "eddy/sync/semaphore.h"

namespace eddy::bench {
namespace {

constexpr long kItems = 4'000;
constexpr long kTasks = 1'000;
constexpr long kEach = 4;

Task<> produce(Queue<int>& queue, long items) {
  for (int i = 0; i < items; ++i) co_await queue.put(i);
}

Task<> consume(Queue<int>& queue, long items) {
  for (long i = 0; i < items; ++i) keep(co_await queue.get());
}

long queue(int pairs) {
  return count_of([=]() -> Task<long> {
    Queue<int> items(100);
    co_await task_group([&](TaskGroup& group) {
      for (int i = 0; i < pairs; ++i) group.create_task(produce(items, kItems / pairs));
      for (int i = 0; i < pairs; ++i) group.create_task(consume(items, kItems / pairs));
    });
    co_return kItems;
  });
}

long queue_1_1() { return queue(1); }
long queue_4_4() { return queue(4); }

Task<> take_turns(Semaphore& semaphore) {
  for (long i = 0; i < kEach; ++i) {
    auto permit = co_await semaphore.acquire();
    co_await checkpoint();
  }
}

long semaphore_10() {
  return count_of([]() -> Task<long> {
    Semaphore semaphore(10);
    co_await task_group([&](TaskGroup& group) {
      for (long i = 0; i < kTasks; ++i) group.create_task(take_turns(semaphore));
    });
    co_return kTasks* kEach;
  });
}

long lock_free() {
  return count_of([]() -> Task<long> {
    Lock lock;
    for (long i = 0; i < kItems; ++i) auto guard = co_await lock.acquire();
    co_return kItems;
  });
}

long event_wait() {
  return count_of([]() -> Task<long> {
    Event event;
    event.set();
    for (long i = 0; i < kItems; ++i) co_await event.wait();
    co_return kItems;
  });
}

const Benchmark sync[] = {
    {"queue_1_1", queue_1_1}, {"queue_4_4", queue_4_4},   {"semaphore_10", semaphore_10},
    {"lock_free", lock_free}, {"event_wait", event_wait},
};

}  // namespace
}  // namespace eddy::bench

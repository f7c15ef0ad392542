// SPDX-License-Identifier: MIT
#include "eddy/flow/produce_consume.h"

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/iter/async_generator.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

Task<> put_five(Queue<int>& queue) {
  for (int i = 0; i < 5; ++i) co_await queue.put(i);
}

EDDY_TEST(ProduceConsume, EveryItemIsConsumedOnce) {
  Ints seen;
  auto consume = [&](int item) -> Task<> {
    co_await sleep(1s);
    seen.push_back(item);
  };
  auto start = now();
  co_await produce_consume(put_five, consume);
  EXPECT_EQ(seen, (Ints{0, 1, 2, 3, 4}));
  EXPECT_EQ(now() - start, 5s);
}

EDDY_TEST(ProduceConsume, WorkersWorkAtTheSameTimeAndKnowTheirNumbers) {
  std::set<std::size_t> numbers;
  std::set<std::size_t> busy;
  int consumed = 0;
  auto produce = [](Queue<int>& queue) -> Task<> {
    for (int i = 0; i < 9; ++i) co_await queue.put(i);
  };
  auto consume = [&](int, std::size_t worker) -> Task<> {
    numbers.insert(worker);
    EXPECT_TRUE(busy.insert(worker).second) << "a worker is in one call at a time";
    co_await sleep(1s);
    busy.erase(worker);
    ++consumed;
  };
  auto start = now();
  co_await produce_consume(produce, consume, Workers{}.count(3).buffer(10));
  EXPECT_EQ(consumed, 9);
  EXPECT_EQ(numbers, (std::set<std::size_t>{0, 1, 2}));
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(ProduceConsume, AProducerWaitsWhileTheBufferIsFull) {
  int made = 0;
  int most_ahead = 0;
  int consumed = 0;
  auto produce = [&](Queue<int>& queue) -> Task<> {
    for (; made < 20; ++made) {
      co_await queue.put(made);
      most_ahead = std::max(most_ahead, made + 1 - consumed);
    }
  };
  auto consume = [&](int) -> Task<> {
    co_await sleep(1s);
    ++consumed;
  };
  co_await produce_consume(produce, consume, Workers{}.count(2).buffer(3));
  EXPECT_EQ(consumed, 20);
  EXPECT_EQ(most_ahead, 2 + 3);
}

EDDY_TEST(ProduceConsume, SeveralProducers) {
  std::multiset<int> seen;
  auto produce = [](Queue<int>& queue) -> Task<> { co_await gather(put_five(queue), put_five(queue)); };
  auto consume = [&](int item) -> Task<> {
    co_await sleep(1s);
    seen.insert(item);
  };
  co_await produce_consume(produce, consume, Workers{}.count(4));
  EXPECT_EQ(seen, (std::multiset<int>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4}));
}

EDDY_TEST(ProduceConsume, TheMostUrgentFirst) {
  Ints seen;
  auto produce = [](PriorityQueue<int>& queue) {
    for (int i : {3, 1, 2}) queue.put_nowait(i);
  };
  co_await produce_consume(produce, [&](int item) { seen.push_back(item); }, Workers{}.buffer(10));
  EXPECT_EQ(seen, (Ints{1, 2, 3}));
}

EDDY_TEST(ProduceConsume, OfNothing) {
  int calls = 0;
  co_await produce_consume([](Queue<int>&) {}, [&](int) { ++calls; }, Workers{}.count(3));
  EXPECT_EQ(calls, 0);
}

EDDY_TEST(ProduceConsume, FromAGeneratorAndARange) {
  auto generate = []() -> AsyncGenerator<std::unique_ptr<int>> {
    for (int i = 0; i < 5; ++i) {
      co_await sleep(1s);
      co_yield std::make_unique<int>(i);
    }
  };
  int sum = 0;
  auto add = [&](std::unique_ptr<int> item) -> Task<> {
    co_await sleep(1s);
    sum += *item;
  };
  auto start = now();
  co_await produce_consume(generate(), add, Workers{}.count(2));
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(now() - start, 6s) << "producing and consuming overlap";
  const Ints numbers = {1, 2, 3};
  co_await produce_consume(numbers, [&](int item) { sum += item; });
  EXPECT_EQ(sum, 16);
}

EDDY_TEST(ProduceConsume, AnErrorOfTheProducerCancelsTheWorkers) {
  int ended = 0;
  auto produce = [](Queue<int>& queue) -> Task<> {
    co_await queue.put(1);
    co_await sleep(1s);
    throw std::runtime_error("producer");
  };
  auto consume = [&](int) -> Task<> {
    ScopeGuard leave([&] { ++ended; });
    co_await sleep(1h);
  };
  auto start = now();
  auto failed = co_await outcome(produce_consume(produce, consume, Workers{}.count(3)));
  EXPECT_EQ(failed.message(), "producer");
  EXPECT_EQ(now() - start, 1s);
  EXPECT_EQ(ended, 1);
}

EDDY_TEST(ProduceConsume, AnErrorOfAConsumerCancelsTheProducerAlsoWhileItWaitsForRoom) {
  bool left = false;
  auto produce = [&](Queue<int>& queue) -> Task<> {
    ScopeGuard leave([&] { left = true; });
    for (int i = 0;; ++i) co_await queue.put(i);
  };
  auto consume = [](int item) -> Task<> {
    co_await sleep(1s);
    if (item == 3) throw std::runtime_error("three");
  };
  auto failed = co_await outcome(produce_consume(produce, consume, Workers{}.count(2)));
  EXPECT_EQ(failed.message(), "three");
  EXPECT_TRUE(left);
}

EDDY_TEST(ProduceConsume, Cancelled) {
  test::Counters counts;
  {
    auto produce = [&](Queue<test::Tracked>& queue) -> Task<> {
      for (int i = 0;; ++i) co_await queue.emplace(counts, i);
    };
    auto consume = [](const test::Tracked&) { return sleep(1s); };
    auto in_time = co_await try_for(produce_consume(produce, consume, Workers{}.count(3).buffer(5)), 10500ms);
    EXPECT_FALSE(in_time.has_value());
  }
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(ProduceConsume, AProducerThatShutsTheQueueDownItselfIsFine) {
  int calls = 0;
  auto produce = [](Queue<int>& queue) -> Task<> {
    co_await queue.put(1);
    queue.shutdown();
  };
  co_await produce_consume(produce, [&](int) { ++calls; });
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(ProduceConsume, RefusesNobodyAndNoRoom) {
  EXPECT_THROW((void)Workers{}.count(0), RuntimeError);
  EXPECT_THROW((void)Workers{}.buffer(0), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/threads/thread_safe_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/combine/race.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::ThreadSafeQueue;

template <class T>
Task<T> get(ThreadSafeQueue<T>& queue) {
  co_return co_await queue.get();
}

EDDY_TEST(ThreadSafeQueue, OnOneLoopItIsAQueue) {
  ThreadSafeQueue<int> queue{2};
  co_await queue.put(1);
  co_await queue.emplace(2);
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.maxsize(), 2u);
  EXPECT_THROW(queue.put_nowait(3), eddy::QueueFull);
  EXPECT_EQ(co_await queue.get(), 1);
  EXPECT_EQ(queue.get_nowait(), 2);
  EXPECT_THROW((void)queue.get_nowait(), eddy::QueueEmpty);
  EXPECT_FALSE(queue.try_get());
}

EDDY_TEST(ThreadSafeQueue, GettersAndPuttersWaitForEachOther) {
  ThreadSafeQueue<int> queue{1};
  auto getter = create_task(get(queue));
  co_await eddy::test::all_blocked();
  co_await queue.put(5);
  EXPECT_EQ(co_await getter, 5);
  co_await queue.put(6);
  auto putter = create_task(queue.put(7));
  co_await eddy::sleep(1ms);
  EXPECT_FALSE(putter.done());
  EXPECT_EQ(co_await queue.get(), 6);
  co_await putter;
  EXPECT_EQ(co_await queue.get(), 7);
}

EDDY_TEST(ThreadSafeQueue, CancelledWhileWaitingLeavesTheItem) {
  ThreadSafeQueue<std::unique_ptr<int>> queue;
  auto a = create_task(get(queue));
  auto b = create_task(get(queue));
  co_await eddy::sleep(1ms);
  a.cancel();
  co_await eddy::sleep(1ms);
  EXPECT_TRUE(a.cancelled());
  co_await queue.put(std::make_unique<int>(4));
  EXPECT_EQ(*co_await b, 4);
}

EDDY_TEST(ThreadSafeQueue, CancelledInTheRaceWithTheGrantGivesTheItemToTheNext) {
  ThreadSafeQueue<int> queue;
  auto a = create_task(get(queue));
  auto b = create_task(get(queue));
  co_await eddy::sleep(1ms);
  queue.put_nowait(1);  // one of them is granted it, and is on its way through the inbox
  a.cancel();
  b.cancel();
  co_await eddy::sleep(1ms);
  EXPECT_TRUE(a.cancelled());
  EXPECT_TRUE(b.cancelled());
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(co_await queue.get(), 1);
}

EDDY_TEST(ThreadSafeQueue, CancelledBeforeItStartsTakesNothing) {
  ThreadSafeQueue<int> queue;
  queue.put_nowait(1);
  auto a = create_task(get(queue));
  a.cancel();
  co_await eddy::sleep(1ms);
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue.get_nowait(), 1);
}

EDDY_TEST(ThreadSafeQueue, ACancelledPutHasNotPut) {
  ThreadSafeQueue<int> queue{1};
  queue.put_nowait(1);
  auto putter = create_task(queue.put(2));
  co_await eddy::sleep(1ms);
  putter.cancel();
  co_await eddy::sleep(1ms);
  EXPECT_TRUE(putter.cancelled());
  EXPECT_EQ(queue.get_nowait(), 1);
  EXPECT_TRUE(queue.empty());
}

EDDY_TEST(ThreadSafeQueue, ARaceOfGetsLosesNothing) {
  ThreadSafeQueue<int> first, second;
  auto racer = create_task(eddy::race(get(first), get(second)));
  co_await eddy::sleep(1ms);
  first.put_nowait(1);
  second.put_nowait(2);
  int won = co_await racer;
  co_await eddy::sleep(1ms);
  EXPECT_EQ(first.size() + second.size(), 1u);
  EXPECT_TRUE(won == 1 || won == 2);
  first.shutdown(true);
  second.shutdown(true);
}

EDDY_TEST(ThreadSafeQueue, ShutDownEndsItAfterTheLastItem) {
  ThreadSafeQueue<int> queue{1};
  queue.put_nowait(1);
  auto putter = create_task(queue.put(2));
  co_await eddy::sleep(1ms);
  queue.shutdown();
  EXPECT_TRUE(queue.is_shut_down());
  EXPECT_THROW(co_await putter, eddy::QueueShutDown);
  EXPECT_THROW(co_await queue.put(3), eddy::QueueShutDown);
  EXPECT_EQ(co_await queue.next(), 1);
  EXPECT_EQ(co_await queue.next(), std::nullopt);
  EXPECT_THROW(co_await queue.get(), eddy::QueueShutDown);
}

EDDY_TEST(ThreadSafeQueue, ShutDownWakesWhoWaits) {
  ThreadSafeQueue<int> queue;
  auto getter = create_task(get(queue));
  co_await eddy::sleep(1ms);
  queue.shutdown(true);
  EXPECT_THROW(co_await getter, eddy::QueueShutDown);
}

EDDY_TEST(ThreadSafeQueue, BlockingALoopIsAMistakeThatSaysSo) {
  ThreadSafeQueue<int> queue;
  try {
    (void)queue.get_blocking();
    ADD_FAILURE();
  } catch (const eddy::RuntimeError& e) {
    EXPECT_NE(std::string(e.what()).find("would block the event loop"), std::string::npos);
  }
  EXPECT_THROW(queue.put_blocking(1), eddy::RuntimeError);
  co_return;
}

TEST(ThreadSafeQueueTest, ThreadsAndLoopsHandItemsToEachOther) {
  ThreadSafeQueue<int> to_loop{2}, to_thread{2};
  eddy::LoopThread background;
  auto echo = background.run([&]() -> Task<> {
    while (auto item = co_await to_loop.next()) co_await to_thread.put(*item + 1);
    to_thread.shutdown();
  });
  std::thread producer([&] {
    for (int i = 0; i < 100; ++i) to_loop.put_blocking(i);
    to_loop.shutdown();
  });
  int expected = 1;
  while (auto item = to_thread.next_blocking()) EXPECT_EQ(*item, expected++);
  EXPECT_EQ(expected, 101);
  producer.join();
  echo.get();
  EXPECT_THROW((void)to_thread.get_blocking(), eddy::QueueShutDown);
  EXPECT_THROW(to_thread.put_blocking(1), eddy::QueueShutDown);
}

TEST(ThreadSafeQueueTest, BlockingWithALimitGivesUp) {
  ThreadSafeQueue<int> queue;
  EXPECT_EQ(queue.get_blocking_for(1ms), std::nullopt);
  queue.put_nowait(1);
  EXPECT_EQ(queue.get_blocking_for(1ms), 1);
}

/// Getters on two loops and in two threads, cancelled and timing out at random: every item arrives once.
TEST(ThreadSafeQueueTest, StressNothingIsLostOrDoubled) {
  constexpr int kItems = 4000;
  ThreadSafeQueue<int> queue{8};
  std::vector<std::atomic<int>> seen(kItems);
  eddy::LoopThread loops[2];
  std::vector<eddy::ThreadFuture<void>> consumers;
  for (std::uint64_t n = 0; n < 2; ++n) {
    consumers.push_back(loops[n].run([&, n]() -> Task<> {
      eddy::Random random(n);
      for (;;) {
        auto taker = create_task([&]() -> Task<bool> {
          auto item = co_await queue.next();
          if (item) ++seen[static_cast<std::size_t>(*item)];
          co_return item.has_value();
        });
        for (std::uint64_t turns = random.below(4); turns > 0; --turns) co_await eddy::checkpoint();
        if (random.below(2) == 0) taker.cancel();
        try {
          bool more = co_await taker;
          if (!more) co_return;
        } catch (const eddy::TaskCancelled&) {
        }
      }
    }));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      try {
        for (;;) {
          if (auto item = queue.get_blocking_for(50us)) ++seen[static_cast<std::size_t>(*item)];
        }
      } catch (const eddy::QueueShutDown&) {
      }
    });
    threads.emplace_back([&, t] {
      for (int i = t; i < kItems; i += 2) queue.put_blocking(i);
    });
  }
  threads[1].join();
  threads[3].join();
  queue.shutdown();
  threads[0].join();
  threads[2].join();
  for (auto& consumer : consumers) consumer.get();
  for (auto& count : seen) ASSERT_EQ(count, 1);
}

}  // namespace

// SPDX-License-Identifier: MIT
// What ends a queue: task_done, join, shutdown.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::LifoQueue;
using eddy::PriorityQueue;
using eddy::Queue;
using eddy::QueueEmpty;
using eddy::QueueShutDown;
using eddy::Task;

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

template <class Q>
Task<int> get(Q& queue) {
  co_return co_await queue.get();
}
template <class Q>
Task<std::optional<int>> next(Q& queue) {
  co_return co_await queue.next();
}
template <class Q>
Task<> put(Q& queue, int item) {
  co_await queue.put(item);
}
template <class Q>
Task<> join(Q& queue) {
  co_await queue.join();
}

template <class Q>
Task<> expect_shut(Q& queue) {
  EXPECT_TRUE(queue.is_shut_down());
  EXPECT_THROW(co_await queue.put(1), QueueShutDown);
  EXPECT_THROW(queue.put_nowait(1), QueueShutDown);
  EXPECT_THROW(co_await queue.get(), QueueShutDown);
  EXPECT_THROW((void)queue.get_nowait(), QueueShutDown);
  EXPECT_FALSE(queue.try_get());
  EXPECT_FALSE(co_await queue.next());
}

EDDY_TEST(QueueJoin, TaskDoneOnceTooOftenThrows) {
  Queue<int> queue;
  EXPECT_THROW(queue.task_done(), eddy::RuntimeError);
  queue.put_nowait(1);
  queue.task_done();
  EXPECT_THROW(queue.task_done(), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(QueueJoin, OfAnEmptyQueueDoesNotWait) {
  Queue<int> queue;
  co_await queue.join();
  co_await queue.join();
}

EDDY_TEST(QueueJoin, WaitsForWhatIsTakenButNotDone) {
  Queue<int> queue;
  int sum = 0;
  for (int i = 0; i < 100; ++i) queue.put_nowait(i);
  auto work = [&]() -> Task<> {
    for (;;) {
      sum += co_await queue.get();
      co_await eddy::sleep(1ms);
      queue.task_done();
    }
  };
  auto a = create_task(work);
  auto b = create_task(work);
  co_await queue.join();
  EXPECT_EQ(sum, 4950);
  a.cancel();
  b.cancel();
  co_await settle();
}

EDDY_TEST(QueueJoin, IsOverOnceReachedEvenIfMoreIsPutAtOnce) {
  Queue<int> queue;
  queue.put_nowait(1);
  auto joiner = create_task(join<Queue<int>>, std::ref(queue));
  co_await settle();
  EXPECT_FALSE(joiner.done());
  queue.task_done();
  queue.put_nowait(2);
  co_await settle();
  EXPECT_TRUE(joiner.done());
}

EDDY_TEST(QueueJoin, CancelledLeaves) {
  Queue<int> queue;
  queue.put_nowait(1);
  auto joiner = create_task(join<Queue<int>>, std::ref(queue));
  co_await settle();
  joiner.cancel();
  co_await settle();
  EXPECT_TRUE(joiner.cancelled());
}

template <class Q>
class QueueShutdown : public ::testing::Test {};
using Queues = ::testing::Types<Queue<int>, LifoQueue<int>, PriorityQueue<int>>;
TYPED_TEST_SUITE(QueueShutdown, Queues);

TYPED_TEST(QueueShutdown, OfAnEmptyOneFailsGetters) {
  eddy::test::run([]() -> Task<> {
    TypeParam queue;
    auto getter = create_task(get<TypeParam>, std::ref(queue));
    auto taker = create_task(next<TypeParam>, std::ref(queue));
    co_await settle();
    queue.shutdown();
    co_await queue.join();
    EXPECT_THROW(co_await getter, QueueShutDown);
    EXPECT_EQ(co_await taker, std::nullopt);
    co_await expect_shut(queue);
  });
}

TYPED_TEST(QueueShutdown, OfAFullOneFailsPuttersAndLetsGettersFinish) {
  eddy::test::run([]() -> Task<> {
    TypeParam queue{1};
    queue.put_nowait(1);
    auto joiner = create_task(join<TypeParam>, std::ref(queue));
    auto putter = create_task(put<TypeParam>, std::ref(queue), 2);
    co_await settle();
    queue.shutdown();
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_THROW(queue.put_nowait(3), QueueShutDown);
    EXPECT_THROW(co_await putter, QueueShutDown);
    EXPECT_EQ(co_await queue.get(), 1);
    co_await settle();
    EXPECT_FALSE(joiner.done());
    co_await expect_shut(queue);
    queue.task_done();
    co_await settle();
    EXPECT_TRUE(joiner.done());
    EXPECT_THROW(queue.task_done(), eddy::RuntimeError);
  });
}

TYPED_TEST(QueueShutdown, ImmediateThrowsTheItemsAway) {
  eddy::test::run([]() -> Task<> {
    TypeParam queue;
    queue.put_nowait(1);
    queue.put_nowait(2);
    auto joiner = create_task(join<TypeParam>, std::ref(queue));
    co_await settle();
    queue.shutdown(true);
    EXPECT_EQ(queue.size(), 0U);
    co_await settle();
    EXPECT_TRUE(joiner.done());
    co_await expect_shut(queue);
    EXPECT_THROW(queue.task_done(), eddy::RuntimeError);
  });
}

TYPED_TEST(QueueShutdown, ImmediateStillWaitsForWhatIsBeingWorkedOn) {
  eddy::test::run([]() -> Task<> {
    TypeParam queue;
    queue.put_nowait(1);
    queue.put_nowait(2);
    auto joiner = create_task(join<TypeParam>, std::ref(queue));
    co_await queue.get();
    queue.shutdown(true);
    co_await settle();
    EXPECT_FALSE(joiner.done());
    co_await expect_shut(queue);
    queue.task_done();
    EXPECT_THROW(queue.task_done(), eddy::RuntimeError);
    co_await joiner;
  });
}

EDDY_TEST(QueueShutdown, ImmediateAfterAnOrderlyOne) {
  Queue<int> queue;
  queue.put_nowait(1);
  queue.shutdown();
  queue.shutdown();
  EXPECT_EQ(queue.size(), 1U);
  queue.shutdown(true);
  co_await expect_shut(queue);
  co_await queue.join();
}

EDDY_TEST(QueueShutdown, ImmediateFailsAGetterThatWasPromisedAnItem) {
  Queue<int> queue;
  auto a = create_task(get<Queue<int>>, std::ref(queue));
  auto b = create_task(get<Queue<int>>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  queue.put_nowait(2);
  queue.shutdown(true);
  b.cancel();
  co_await settle();
  EXPECT_THROW(co_await a, QueueShutDown);
  EXPECT_TRUE(b.cancelled());
  co_await expect_shut(queue);
}

EDDY_TEST(QueueShutdown, DropsNothingThatWasPromised) {
  Queue<int> queue;
  auto a = create_task(next<Queue<int>>, std::ref(queue));
  co_await settle();
  auto b = create_task(next<Queue<int>>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  queue.shutdown();
  EXPECT_THROW((void)queue.get_nowait(), QueueEmpty);  // promised: it may still come back
  co_await settle();
  EXPECT_EQ(co_await a, 1);
  EXPECT_EQ(co_await b, std::nullopt);
}

EDDY_TEST(QueueShutdown, ItemGivenBackAfterwardsGoesToTheNextGetter) {
  Queue<int> queue;
  auto a = create_task(next<Queue<int>>, std::ref(queue));
  co_await settle();
  auto b = create_task(next<Queue<int>>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  queue.shutdown();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(co_await b, 1);
}

EDDY_TEST(QueueShutdown, AndCancelInOneTurn) {
  Queue<int> queue{1};
  auto getter = create_task(get<Queue<int>>, std::ref(queue));
  co_await settle();
  queue.shutdown();
  getter.cancel();
  co_await settle();
  EXPECT_TRUE(getter.cancelled());

  Queue<int> full{1};
  full.put_nowait(1);
  auto putter = create_task(put<Queue<int>>, std::ref(full), 2);
  co_await settle();
  putter.cancel();
  full.shutdown();
  co_await settle();
  EXPECT_TRUE(putter.cancelled());
  EXPECT_EQ(full.size(), 1U);
}

EDDY_TEST(QueueShutdown, NextEndsALoopAndLeavesNothingBehind) {
  Queue<int> queue{2};
  std::vector<int> got;
  auto consumer = create_task([&]() -> Task<> {
    while (auto item = co_await queue.next()) got.push_back(*item);
  });
  for (int i = 0; i < 10; ++i) co_await queue.put(i);
  queue.shutdown();
  co_await consumer;
  EXPECT_EQ(got.size(), 10U);
}

struct LooksAtTheQueue {
  explicit LooksAtTheQueue(Queue<LooksAtTheQueue>& q, int& s) noexcept : queue(&q), seen(&s) {}
  LooksAtTheQueue(LooksAtTheQueue&& other) noexcept : queue(std::exchange(other.queue, nullptr)), seen(other.seen) {}
  LooksAtTheQueue& operator=(LooksAtTheQueue&&) = delete;
  ~LooksAtTheQueue() {
    if (queue) *seen += queue->is_shut_down() && queue->empty();
  }
  Queue<LooksAtTheQueue>* queue;
  int* seen;
};

EDDY_TEST(QueueShutdown, ItemsThrownAwayMayLookAtTheQueue) {
  int seen = 0;
  Queue<LooksAtTheQueue> queue;
  co_await queue.emplace(queue, seen);
  co_await queue.emplace(queue, seen);
  queue.shutdown(true);
  EXPECT_EQ(seen, 2);
}

}  // namespace

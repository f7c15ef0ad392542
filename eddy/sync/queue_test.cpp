// SPDX-License-Identifier: MIT
#include "eddy/sync/queue.h"

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::LifoQueue;
using eddy::PriorityQueue;
using eddy::Queue;
using eddy::QueueEmpty;
using eddy::QueueFull;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<int>;

template <class Q = Queue<int>>
Task<int> get(Q& queue) {
  co_return co_await queue.get();
}
template <class Q = Queue<int>>
Task<> put(Q& queue, int item) {
  co_await queue.put(item);
}

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

template <class Q>
Notes drain(Q& queue) {
  Notes items;
  while (auto item = queue.try_get()) items.push_back(*item);
  return items;
}

EDDY_TEST(Queue, KnowsItsSize) {
  Queue<int> queue{2};
  EXPECT_EQ(queue.maxsize(), 2U);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());
  queue.put_nowait(1);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_FALSE(queue.empty());
  queue.put_nowait(2);
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(queue.get_nowait(), 1);
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(drain(queue), Notes{2});
  co_return;
}

EDDY_TEST(Queue, WithoutAMaximumIsNeverFull) {
  Queue<int> queue;
  Queue<int> negative{-1};
  EXPECT_EQ(queue.maxsize(), 0U);
  EXPECT_EQ(negative.maxsize(), 0U);
  for (int i = 0; i < 1000; ++i) queue.put_nowait(i);
  EXPECT_FALSE(queue.full());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(co_await queue.get(), i);
  Queue<int> from_size{std::vector<int>(3).size()};
  EXPECT_EQ(from_size.maxsize(), 3U);
}

EDDY_TEST(Queue, GetAndPutGoOnAtOnceWhenTheyCan) {
  Queue<int> queue{1};
  bool others_ran = false;
  auto other = create_task([&]() -> Task<> {
    others_ran = true;
    co_return;
  });
  co_await queue.put(1);
  EXPECT_EQ(co_await queue.get(), 1);
  EXPECT_FALSE(others_ran);
  co_await other;
}

EDDY_TEST(Queue, NowaitThrowsRatherThanWait) {
  Queue<std::string> queue{1};
  EXPECT_THROW((void)queue.get_nowait(), QueueEmpty);
  EXPECT_FALSE(queue.try_get());
  queue.put_nowait("a");
  std::string second = "a string too long to be stored in place";
  EXPECT_THROW(queue.put_nowait(std::move(second)), QueueFull);
  // NOLINTNEXTLINE(bugprone-use-after-move): that it was not moved is the point
  EXPECT_EQ(second, "a string too long to be stored in place");
  co_return;
}

EDDY_TEST(Queue, GettersAreServedInTheOrderOfAsking) {
  Queue<int> queue;
  std::vector<TaskHandle<int>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(create_task(get<>, std::ref(queue)));
    co_await settle();
  }
  for (int i = 0; i < 3; ++i) {
    co_await queue.put(i);
    co_await settle();
    EXPECT_EQ(tasks[static_cast<std::size_t>(i)].result(), i);
  }
}

EDDY_TEST(Queue, PuttersAreServedInTheOrderOfAsking) {
  Queue<int> queue{1};
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(create_task(put<>, std::ref(queue), i));
    co_await settle();
  }
  EXPECT_TRUE(tasks[0].done());
  EXPECT_FALSE(tasks[1].done());
  EXPECT_EQ(drain(queue), (Notes{0, 1, 2, 3}));
  co_await settle();
  EXPECT_TRUE(tasks[3].done());
}

EDDY_TEST(Queue, NobodyOvertakesAGetterThatWasGrantedAnItem) {
  Queue<int> queue{1};
  auto getter = create_task(get<>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(queue.full());  // it keeps its place until the getter runs
  EXPECT_THROW((void)queue.get_nowait(), QueueEmpty);
  EXPECT_THROW(queue.put_nowait(2), QueueFull);
  co_await settle();
  EXPECT_EQ(getter.result(), 1);
  EXPECT_FALSE(queue.full());
}

EDDY_TEST(Queue, NobodyOvertakesAPutterThatWaits) {
  Queue<int> queue{1};
  queue.put_nowait(1);
  auto putter = create_task(put<>, std::ref(queue), 2);
  co_await settle();
  EXPECT_EQ(queue.get_nowait(), 1);
  EXPECT_TRUE(queue.full());  // its item went in at once
  EXPECT_THROW(queue.put_nowait(3), QueueFull);
  EXPECT_EQ(queue.get_nowait(), 2);
  co_await putter;
}

EDDY_TEST(Queue, CancelledBeforeTheyStartTheyDoNothing) {
  Queue<int> queue;
  auto putter = create_task(put<>, std::ref(queue), 1);
  putter.cancel();
  co_await settle();
  EXPECT_TRUE(queue.empty());
  queue.put_nowait(2);
  auto getter = create_task(get<>, std::ref(queue));
  getter.cancel();
  co_await settle();
  EXPECT_EQ(queue.size(), 1U);
}

EDDY_TEST(Queue, CancelledGetterLeavesTheLine) {
  Queue<int> queue;
  auto a = create_task(get<>, std::ref(queue));
  co_await settle();
  auto b = create_task(get<>, std::ref(queue));
  co_await settle();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  queue.put_nowait(1);
  EXPECT_EQ(co_await b, 1);
}

EDDY_TEST(Queue, GetterCancelledAfterTheGrantGivesTheItemBack) {
  Queue<int> queue;
  auto a = create_task(get<>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  queue.put_nowait(2);
  a.cancel();
  EXPECT_EQ(queue.size(), 2U);
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(drain(queue), (Notes{1, 2}));
}

EDDY_TEST(Queue, GetterCancelledAfterTheGrantLetsTheNextHaveTheItem) {
  Queue<int> queue;
  auto a = create_task(get<>, std::ref(queue));
  co_await settle();
  auto b = create_task(get<>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);
  a.cancel();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(co_await b, 1);
  EXPECT_TRUE(a.cancelled());
}

EDDY_TEST(Queue, CancelledPutterTakesItsItemAlong) {
  Queue<std::shared_ptr<int>> queue{1};
  auto item = std::make_shared<int>(1);
  queue.put_nowait(nullptr);
  auto a = create_task([&]() -> Task<> { co_await queue.put(item); });
  co_await settle();
  EXPECT_EQ(item.use_count(), 2);
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(item.use_count(), 1);
  EXPECT_EQ(queue.get_nowait(), nullptr);
  EXPECT_TRUE(queue.empty());
}

EDDY_TEST(Queue, PutterCancelledBeforeThereIsRoomLetsTheOthersPut) {
  Queue<int> queue{1};
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(create_task(put<>, std::ref(queue), i));
    co_await settle();
  }
  tasks[1].cancel();
  co_await settle();
  EXPECT_TRUE(tasks[1].cancelled());
  EXPECT_EQ(drain(queue), (Notes{0, 2}));
  co_await tasks[2];
}

EDDY_TEST(Queue, PutterCancelledAfterItsItemWentInHasPut) {
  Queue<int> queue{1};
  queue.put_nowait(1);
  bool went_on = false;
  auto a = create_task([&]() -> Task<> {
    co_await queue.put(2);
    went_on = true;
    co_await eddy::checkpoint();
    ADD_FAILURE() << "the cancellation was lost";
  });
  co_await settle();
  EXPECT_EQ(queue.get_nowait(), 1);
  a.cancel();
  co_await settle();
  EXPECT_TRUE(went_on);
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(queue.get_nowait(), 2);
}

EDDY_TEST(Queue, GrantedGetAndWaitingPutBothCancelled) {
  Queue<int> queue{1};
  auto getter = create_task(get<>, std::ref(queue));
  co_await settle();
  queue.put_nowait(1);  // promised: no room
  auto putter = create_task(put<>, std::ref(queue), 2);
  auto started = create_task([]() -> Task<> { co_return; });
  getter.cancel();
  putter.cancel();
  co_await settle();
  EXPECT_TRUE(getter.cancelled() && putter.cancelled());
  EXPECT_EQ(drain(queue), Notes{1});
}

EDDY_TEST(Queue, HoldsWhatCanOnlyBeMoved) {
  Queue<std::unique_ptr<int>> queue{2};
  co_await queue.put(std::make_unique<int>(1));
  co_await queue.emplace(new int(2));
  auto first = co_await queue.get();
  auto second = co_await queue.next();
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(**second, 2);
}

struct ThrowsWhenMoved {
  explicit ThrowsWhenMoved(int n) : name("item " + std::to_string(n)) {}
  ThrowsWhenMoved(const ThrowsWhenMoved& other) : name(other.name) {}  // may throw, and there is no move
  ThrowsWhenMoved& operator=(const ThrowsWhenMoved&) = default;
  ~ThrowsWhenMoved() = default;
  friend bool operator<(const ThrowsWhenMoved& a, const ThrowsWhenMoved& b) { return a.name < b.name; }
  std::string name;
};

EDDY_TEST(Queue, HoldsWhatMayThrowWhenItIsMoved) {
  static_assert(!std::is_nothrow_move_constructible_v<ThrowsWhenMoved>);
  Queue<ThrowsWhenMoved> queue;
  PriorityQueue<ThrowsWhenMoved> sorted;
  for (int i = 20; i > 0; --i) {
    co_await queue.emplace(i);
    co_await sorted.emplace(i);
  }
  auto first = co_await queue.get();
  EXPECT_EQ(first.name, "item 20");
  auto smallest = co_await sorted.get();
  EXPECT_EQ(smallest.name, "item 1");
}

EDDY_TEST(Queue, RingKeepsTheOrderWhileItGrowsAndWraps) {
  Queue<int> queue{100};
  int in = 0;
  int out = 0;
  for (int round = 1; round < 40; ++round) {
    for (int i = 0; i < round && !queue.full(); ++i) queue.put_nowait(in++);
    for (int i = 0; i < round / 2; ++i) EXPECT_EQ(queue.get_nowait(), out++);
  }
  while (auto item = queue.try_get()) EXPECT_EQ(*item, out++);
  EXPECT_EQ(in, out);
  co_return;
}

EDDY_TEST(LifoQueue, GivesTheNewestFirst) {
  LifoQueue<int> queue{3};
  for (int i : {1, 3, 2}) co_await queue.put(i);
  auto waits = create_task(put<LifoQueue<int>>, std::ref(queue), 4);
  co_await settle();
  EXPECT_EQ(drain(queue), (Notes{2, 4, 3, 1}));
  co_await waits;
}

EDDY_TEST(PriorityQueue, GivesTheSmallestFirst) {
  PriorityQueue<int> queue;
  for (int i : {1, 3, 2}) co_await queue.put(i);
  EXPECT_EQ(co_await queue.get(), 1);
  queue.put_nowait(0);
  EXPECT_EQ(drain(queue), (Notes{0, 2, 3}));
}

EDDY_TEST(PriorityQueue, SortsManyThingsPutAndTakenInTurns) {
  eddy::Random random(1);
  PriorityQueue<int> queue;
  std::multiset<int> model;
  for (int i = 0; i < 3000; ++i) {
    if (random.below(5) < 3) {
      int item = static_cast<int>(random.below(200));
      queue.put_nowait(item);
      model.insert(item);
    } else if (auto item = queue.try_get()) {
      EXPECT_EQ(*item, *model.begin());
      model.erase(model.begin());
    }
  }
  EXPECT_EQ(drain(queue), Notes(model.begin(), model.end()));
  co_return;
}

EDDY_TEST(PriorityQueue, TakesAnotherOrder) {
  PriorityQueue<int, std::greater<>> queue{10};
  PriorityQueue<int, std::function<bool(int, int)>> odd_first(0, [](int a, int b) { return (a % 2) > (b % 2); });
  for (int i : {1, 3, 2}) queue.put_nowait(i);
  for (int i : {2, 1, 4}) odd_first.put_nowait(i);
  EXPECT_EQ(drain(queue), (Notes{3, 2, 1}));
  EXPECT_EQ(odd_first.get_nowait(), 1);
  PriorityQueue<std::unique_ptr<int>> pointers;
  pointers.put_nowait(std::make_unique<int>(1));
  EXPECT_EQ(*(co_await pointers.get()), 1);
}

EDDY_TEST(Queue, AlwaysReadyStillLetsOthersRun) {
  Queue<int> queue;
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) {
    co_await queue.put(i);
    EXPECT_EQ(co_await queue.get(), i);
  }
  EXPECT_GE(turns, 10);
  other.cancel();
}

EDDY_TEST(Queue, OutOfBudgetAndCancelledLosesNothing) {
  Queue<int> queue;
  for (int i = 0; i < 1000; ++i) queue.put_nowait(i);
  int got = 0;
  auto consumer = create_task([&]() -> Task<> {
    for (;;) {
      co_await queue.get();
      ++got;
    }
  });
  co_await eddy::checkpoint();
  consumer.cancel();
  co_await settle();
  EXPECT_LT(got, 1000);
  EXPECT_EQ(queue.size(), static_cast<std::size_t>(1000 - got));
}

EDDY_TEST(Queue, HundredThousandGettersAndPutters) {
  constexpr std::size_t kMany = 100'000;
  Queue<int> queue{1};
  std::vector<TaskHandle<int>> getters;
  std::vector<TaskHandle<>> putters;
  getters.reserve(kMany);
  putters.reserve(kMany);
  for (std::size_t i = 0; i < kMany; ++i) getters.push_back(create_task(get<>, std::ref(queue)));
  co_await settle();
  for (std::size_t i = 0; i < kMany; i += 2) getters[i].cancel();
  for (std::size_t i = 0; i < kMany; ++i) putters.push_back(create_task(put<>, std::ref(queue), 1));
  co_await settle();
  EXPECT_EQ(queue.size(), 1U);
  for (auto& putter : putters) putter.cancel();
  co_await settle();
  int sum = 0;
  for (std::size_t i = 1; i < kMany; i += 2) sum += getters[i].result();
  EXPECT_EQ(sum, static_cast<int>(kMany / 2));
}

TEST(Queue, RefusesToServeTwoLoopsInDebugMode) {
  Queue<int> queue{1};
  eddy::Loop first;
  eddy::Loop second;
  second.set_debug(true);
  auto getter = first.create_task(get<>, std::ref(queue));
  first.run_until_complete(settle());
  EXPECT_THROW(second.run_until_complete(queue.get()), eddy::RuntimeError);
  queue.put_nowait(1);
  EXPECT_EQ(first.run_until_complete(std::move(getter)), 1);
  queue.put_nowait(2);
  auto putter = first.create_task(put<>, std::ref(queue), 3);
  first.run_until_complete(settle());
  EXPECT_THROW(second.run_until_complete(queue.put(4)), eddy::RuntimeError);
  EXPECT_EQ(queue.get_nowait(), 2);
  first.run_until_complete(std::move(putter));
}

#ifndef NDEBUG
TEST(QueueDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    auto queue = std::make_unique<Queue<int>>();
    auto waiter = loop.create_task(queue->get());
    loop.run_until_complete(settle());
    queue.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Queue destroyed while tasks wait for it");
}
#endif

}  // namespace

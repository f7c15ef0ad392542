// SPDX-License-Identifier: MIT
#include "eddy/sync/event.h"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Event;
using eddy::Task;
using eddy::TaskHandle;

Task<> wait_and_note(Event& event, std::vector<int>& order, int name) {
  co_await event.wait();
  order.push_back(name);
}

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

EDDY_TEST(Event, IsClearToBeginWith) {
  Event event;
  EXPECT_FALSE(event.is_set());
  event.set();
  EXPECT_TRUE(event.is_set());
  event.set();
  EXPECT_TRUE(event.is_set());
  event.clear();
  EXPECT_FALSE(event.is_set());
  co_return;
}

EDDY_TEST(Event, WaitingOnASetEventGoesOnAtOnce) {
  Event event;
  event.set();
  bool others_ran = false;
  auto other = create_task([&]() -> Task<> {
    others_ran = true;
    co_return;
  });
  co_await event.wait();
  EXPECT_FALSE(others_ran);
  co_await other;
}

EDDY_TEST(Event, SetWakesEverybodyInOrder, eddy::test::Options{}.seed(0).shuffle(false)) {
  Event event;
  std::vector<int> order;
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(3);
  for (int i = 0; i < 3; ++i) tasks.push_back(create_task(wait_and_note, std::ref(event), std::ref(order), i));
  co_await settle();
  EXPECT_TRUE(order.empty());
  event.set();
  EXPECT_TRUE(order.empty());  // woken, but nobody runs inside set()
  co_await settle();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

EDDY_TEST(Event, ClearRightAfterSetTakesNothingBack) {
  Event event;
  std::vector<int> order;
  auto early = create_task(wait_and_note, std::ref(event), std::ref(order), 1);
  co_await settle();
  event.set();
  event.clear();
  auto late = create_task(wait_and_note, std::ref(event), std::ref(order), 2);
  co_await settle();
  EXPECT_TRUE(early.done());
  EXPECT_FALSE(late.done());
  event.set();
  co_await late;
}

EDDY_TEST(Event, CancelledBeforeItStartsNeverWaits) {
  Event event;
  std::vector<int> order;
  auto task = create_task(wait_and_note, std::ref(event), std::ref(order), 1);
  task.cancel();
  co_await settle();
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(Event, CancelledWhileWaitingLeaves) {
  Event event;
  std::vector<int> order;
  auto a = create_task(wait_and_note, std::ref(event), std::ref(order), 1);
  auto b = create_task(wait_and_note, std::ref(event), std::ref(order), 2);
  co_await settle();
  a.cancel();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  event.set();
  co_await b;
  EXPECT_EQ(order, std::vector<int>{2});
}

EDDY_TEST(Event, CancelledInTheRaceWithSetIsCancelled) {
  Event event;
  std::vector<int> order;
  auto a = create_task(wait_and_note, std::ref(event), std::ref(order), 1);
  co_await settle();
  event.set();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_TRUE(order.empty());
}

EDDY_TEST(Event, MayBeDestroyedRightAfterSet) {
  auto event = std::make_unique<Event>();
  std::vector<int> order;
  auto a = create_task(wait_and_note, std::ref(*event), std::ref(order), 1);
  auto b = create_task(wait_and_note, std::ref(*event), std::ref(order), 2);
  co_await settle();
  event->set();
  event.reset();
  b.cancel();
  co_await settle();
  EXPECT_TRUE(a.done());
  EXPECT_TRUE(b.cancelled());
  EXPECT_EQ(order, std::vector<int>{1});
}

EDDY_TEST(Event, AlwaysSetStillLetsOthersRun) {
  Event event;
  event.set();
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) co_await event.wait();
  EXPECT_GE(turns, 5);
  other.cancel();
}

EDDY_TEST(Event, HundredThousandWait) {
  Event event;
  std::vector<int> order;
  std::vector<TaskHandle<>> tasks;
  constexpr int kMany = 100'000;
  tasks.reserve(kMany);
  for (int i = 0; i < kMany; ++i) tasks.push_back(create_task(wait_and_note, std::ref(event), std::ref(order), i));
  co_await settle();
  for (int i = 0; i < kMany; i += 2) tasks[static_cast<std::size_t>(i)].cancel();
  event.set();
  co_await settle();
  EXPECT_EQ(order.size(), std::size_t{kMany} / 2);
}

EDDY_TEST(Event, AnAwaitableCanBeKeptAndAwaitedLater) {
  Event event;
  auto wait = event.wait();
  auto moved = std::move(wait);
  event.set();
  co_await moved;
  co_await moved;
}

TEST(Event, RefusesToServeTwoLoopsInDebugMode) {
  Event event;
  eddy::Loop first;
  eddy::Loop second;
  second.set_debug(true);
  auto waiter = first.create_task(event.wait());
  first.run_until_complete(settle());
  EXPECT_THROW(second.run_until_complete(event.wait()), eddy::RuntimeError);
  event.set();
  first.run_until_complete(std::move(waiter));
}

#ifndef NDEBUG
TEST(EventDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    auto event = std::make_unique<Event>();
    auto waiter = loop.create_task(event->wait());
    loop.run_until_complete(settle());
    event.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Event destroyed while tasks wait for it");
}
#endif

}  // namespace

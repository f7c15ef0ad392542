// SPDX-License-Identifier: MIT
#include "eddy/sync/condition.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::Condition;
using eddy::create_task;
using eddy::Lock;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<int>;

Task<> wait_and_note(Condition& cond, Notes& order, int name) {
  auto guard = co_await cond.acquire();
  co_await cond.wait(guard);
  EXPECT_TRUE(guard);
  EXPECT_TRUE(cond.locked());
  order.push_back(name);
}

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

Task<> notify(Condition& cond, std::size_t n) {
  auto guard = co_await cond.acquire();
  cond.notify(n);
}

EDDY_TEST(Condition, WakesAsManyAsNotifiedInOrder) {
  Condition cond;
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(create_task(wait_and_note, std::ref(cond), std::ref(order), i));
    co_await settle();
  }
  EXPECT_FALSE(cond.locked());
  EXPECT_EQ(cond.n_waiting(), 5U);
  co_await notify(cond, 1);
  co_await settle();
  EXPECT_EQ(order, Notes{0});
  co_await notify(cond, 2);
  co_await settle();
  EXPECT_EQ(order, (Notes{0, 1, 2}));
  co_await notify(cond, 2048);
  co_await settle();
  EXPECT_EQ(order, (Notes{0, 1, 2, 3, 4}));
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, NotifyAllWakesEverybodyAndNobodyElse) {
  Condition cond;
  Notes order;
  auto a = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  auto b = create_task(wait_and_note, std::ref(cond), std::ref(order), 2);
  co_await settle();
  {
    auto guard = co_await cond.acquire();
    cond.notify_all();
    co_await settle();
    EXPECT_TRUE(order.empty());  // not before the lock is released
  }
  auto late = create_task(wait_and_note, std::ref(cond), std::ref(order), 3);
  co_await settle();
  EXPECT_TRUE(a.done() && b.done());
  EXPECT_FALSE(late.done());
  late.cancel();
  co_await settle();
}

EDDY_TEST(Condition, NotifyWithNobodyWaitingIsForgotten) {
  Condition cond;
  Notes order;
  co_await notify(cond, 1);
  auto task = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  EXPECT_FALSE(task.done());
  co_await notify(cond, 1);
  co_await task;
}

EDDY_TEST(Condition, MisuseIsAnError) {
  Condition cond;
  Condition other;
  EXPECT_THROW(cond.notify_one(), eddy::RuntimeError);
  EXPECT_THROW(cond.notify_all(), eddy::RuntimeError);
  EXPECT_THROW(cond.release(), eddy::RuntimeError);
  auto wrong = co_await other.acquire();
  EXPECT_THROW(co_await cond.wait(wrong), eddy::RuntimeError);
  EXPECT_THROW(co_await cond.wait(wrong, [] { return true; }), eddy::RuntimeError);
  EXPECT_TRUE(other.locked());
  auto guard = co_await cond.acquire();
  guard.release();
  EXPECT_THROW(co_await cond.wait(guard), eddy::RuntimeError);
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, SharesALock) {
  Lock lock;
  Condition not_empty(lock);
  Condition not_full(lock);
  auto guard = co_await lock.acquire();
  EXPECT_TRUE(not_empty.locked() && not_full.locked());
  auto waker = create_task(notify, std::ref(not_empty), 1U);
  co_await not_empty.wait(guard);
  EXPECT_TRUE(lock.locked());
}

EDDY_TEST(Condition, PredicateThatIsTrueDoesNotWait) {
  Condition cond;
  auto guard = co_await cond.acquire();
  int asked = 0;
  co_await cond.wait(guard, [&] { return ++asked > 0; });
  EXPECT_EQ(asked, 1);
}

EDDY_TEST(Condition, PredicateIsAskedAgainAfterEachNotify) {
  Condition cond;
  int value = 0;
  int asked = 0;
  auto task = create_task([&]() -> Task<int> {
    auto guard = co_await cond.acquire();
    co_await cond.wait(guard, [&] { return ++asked, value >= 3; });
    EXPECT_TRUE(cond.locked());
    co_return value;
  });
  co_await settle();
  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(asked, i);
    auto guard = co_await cond.acquire();
    value = i;
    cond.notify_one();
    guard.release();
    co_await settle();
  }
  EXPECT_EQ(co_await task, 3);
  EXPECT_EQ(asked, 4);
}

EDDY_TEST(Condition, WhatThePredicateThrowsEndsTheWaitWithTheLockHeld) {
  Condition cond;
  bool bad = false;
  auto predicate = [&]() -> bool { return bad ? throw std::out_of_range("predicate") : false; };
  auto task = create_task([&]() -> Task<> {
    auto guard = co_await cond.acquire();
    EXPECT_THROW(co_await cond.wait(guard, predicate), std::out_of_range);
    EXPECT_TRUE(guard);
    EXPECT_TRUE(cond.locked());
  });
  co_await settle();
  bad = true;
  co_await notify(cond, 1);
  co_await task;
  auto guard = co_await cond.acquire();
  EXPECT_THROW(co_await cond.wait(guard, predicate), std::out_of_range);
}

EDDY_TEST(Condition, CancelledBeforeItParksKeepsTheLock) {
  Condition cond;
  bool unwound = false;
  auto task = create_task([&]() -> Task<> {
    auto guard = co_await cond.acquire();
    struct Look {
      explicit Look(bool& s, Condition& c) : seen(s), cond(c) {}
      ~Look() { seen = cond.locked(); }
      bool& seen;
      Condition& cond;
    } look(unwound, cond);
    eddy::current_task().cancel();
    co_await cond.wait(guard);
  });
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(unwound);
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, CancelledWhileWaitingHoldsTheLockWhenItUnwinds) {
  Condition cond;
  Notes order;
  bool locked_in_unwinding = false;
  auto task = create_task([&]() -> Task<> {
    auto guard = co_await cond.acquire();
    struct Look {
      explicit Look(bool& s, Condition& c) : seen(s), cond(c) {}
      ~Look() { seen = cond.locked(); }
      bool& seen;
      Condition& cond;
    } look(locked_in_unwinding, cond);
    co_await cond.wait(guard);
    order.push_back(1);
  });
  co_await settle();
  task.cancel();
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(locked_in_unwinding);
  EXPECT_FALSE(cond.locked());
  EXPECT_TRUE(order.empty());
}

EDDY_TEST(Condition, CancelIsConfirmedOnlyWhenTheLockIsFree) {
  Condition cond;
  Notes order;
  auto task = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  auto guard = co_await cond.acquire();
  task.cancel();
  task.cancel();
  co_await eddy::sleep(1s);
  EXPECT_FALSE(task.done());
  guard.release();
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, ACancelledWaiterIsNotNotified) {
  Condition cond;
  Notes order;
  auto a = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  auto b = create_task(wait_and_note, std::ref(cond), std::ref(order), 2);
  co_await settle();
  auto guard = co_await cond.acquire();
  a.cancel();
  cond.notify_one();
  guard.release();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(order, Notes{2});
}

EDDY_TEST(Condition, CancelledAfterTheNotifyPassesItOn) {
  Condition cond;
  Notes order;
  auto a = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  auto b = create_task(wait_and_note, std::ref(cond), std::ref(order), 2);
  co_await settle();
  auto guard = co_await cond.acquire();
  cond.notify_one();  // a is in line for the lock now
  a.cancel();
  guard.release();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(order, Notes{2});
}

EDDY_TEST(Condition, CancelledAfterTheNotifyAndTheLockPassesBothOn) {
  Condition cond;
  Notes order;
  auto a = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  auto b = create_task(wait_and_note, std::ref(cond), std::ref(order), 2);
  co_await settle();
  auto guard = co_await cond.acquire();
  cond.notify_one();
  guard.release();  // a holds the lock now, but has not run
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(order, Notes{2});
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, NotifiedByATaskThatThenCancelsItself) {
  Condition cond;
  Notes order;
  auto a = create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  co_await settle();
  auto waker = create_task([&]() -> Task<> {
    auto guard = co_await cond.acquire();
    cond.notify_one();
    eddy::current_task().cancel();
    co_await eddy::checkpoint();
  });
  co_await a;
  EXPECT_EQ(order, Notes{1});
}

EDDY_TEST(Condition, PredicateMayCancelItsOwnTask) {
  Condition cond;
  auto task = create_task([&]() -> Task<> {
    auto guard = co_await cond.acquire();
    int asked = 0;
    co_await cond.wait(guard, [&] {
      if (++asked == 2) eddy::current_task().cancel();
      return false;
    });
  });
  co_await settle();
  co_await notify(cond, 1);
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(cond.locked());
}

EDDY_TEST(Condition, AlwaysTrueStillLetsOthersRun) {
  Condition cond;
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  auto guard = co_await cond.acquire();
  for (int i = 0; i < 1000; ++i) co_await cond.wait(guard, [] { return true; });
  EXPECT_GE(turns, 5);
  EXPECT_TRUE(cond.locked());
  other.cancel();
}

EDDY_TEST(Condition, HundredThousandWait) {
  Condition cond;
  Notes order;
  std::vector<TaskHandle<>> tasks;
  constexpr std::size_t kMany = 100'000;
  tasks.reserve(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    tasks.push_back(create_task(wait_and_note, std::ref(cond), std::ref(order), 0));
  }
  co_await settle();
  for (std::size_t i = 0; i < kMany; i += 4) tasks[i].cancel();
  {
    auto guard = co_await cond.acquire();
    cond.notify_all();
  }
  for (std::size_t i = 1; i < kMany; i += 4) tasks[i].cancel();
  co_await settle();
  EXPECT_EQ(order.size(), kMany / 2);
  EXPECT_FALSE(cond.locked());
}

TEST(Condition, RefusesToServeTwoLoopsInDebugMode) {
  Condition cond;
  Notes order;
  eddy::Loop first;
  eddy::Loop second;
  second.set_debug(true);
  auto waiter = first.create_task(wait_and_note, std::ref(cond), std::ref(order), 1);
  first.run_until_complete(settle());
  EXPECT_THROW(second.run_until_complete(wait_and_note(cond, order, 2)), eddy::RuntimeError);
  EXPECT_FALSE(cond.locked());
  first.run_until_complete(notify(cond, 1));
  first.run_until_complete(std::move(waiter));
}

#ifndef NDEBUG
TEST(ConditionDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    Notes order;
    auto cond = std::make_unique<Condition>();
    auto waiter = loop.create_task(wait_and_note, std::ref(*cond), std::ref(order), 1);
    loop.run_until_complete(settle());
    cond.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Condition destroyed while tasks wait for it");
}
#endif

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/sync/lock.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Lock;
using eddy::LockGuard;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<int>;

Task<> acquire_and_note(Lock& lock, Notes& order, int name) {
  auto guard = co_await lock.acquire();
  order.push_back(name);
}

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

EDDY_TEST(Lock, GuardHoldsItUntilDestroyed) {
  Lock lock;
  EXPECT_FALSE(lock.locked());
  {
    auto guard = co_await lock.acquire();
    EXPECT_TRUE(lock.locked());
    EXPECT_TRUE(guard);
  }
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, GuardCanBeMovedReleasedAndForgotten) {
  Lock lock;
  auto guard = co_await lock.acquire();
  LockGuard moved = std::move(guard);
  EXPECT_FALSE(guard);  // NOLINT(bugprone-use-after-move): empty is what it is to be
  EXPECT_TRUE(lock.locked());
  moved.release();
  moved.release();
  EXPECT_FALSE(lock.locked());

  Lock other;
  auto kept = co_await lock.acquire();
  kept = co_await other.acquire();
  EXPECT_FALSE(lock.locked());
  kept.forget();
  EXPECT_TRUE(other.locked());
  other.release();
  EXPECT_FALSE(other.locked());
}

EDDY_TEST(Lock, ReleasingOneThatIsNotHeldThrows) {
  Lock lock;
  EXPECT_THROW(lock.release(), eddy::RuntimeError);
  {
    auto guard = co_await lock.acquire();
  }
  EXPECT_THROW(lock.release(), eddy::RuntimeError);
}

EDDY_TEST(Lock, IsGivenInTheOrderOfAsking) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(lock), std::ref(order), i));
    co_await settle();
  }
  EXPECT_TRUE(order.empty());
  guard.release();
  EXPECT_TRUE(lock.locked());
  co_await settle();
  EXPECT_EQ(order, (Notes{0, 1, 2, 3}));
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, NobodyOvertakesAWaiterThatWasGivenIt) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  auto waiter = create_task(acquire_and_note, std::ref(lock), std::ref(order), 1);
  co_await settle();
  guard.release();
  EXPECT_FALSE(lock.try_acquire());
  auto again = co_await lock.acquire();
  EXPECT_EQ(order, Notes{1});
}

EDDY_TEST(Lock, TryAcquireTakesAFreeOne) {
  Lock lock;
  auto guard = lock.try_acquire();
  CO_ASSERT_TRUE(guard);
  EXPECT_FALSE(lock.try_acquire());
  guard.reset();
  EXPECT_TRUE(lock.try_acquire());
}

EDDY_TEST(Lock, CancelledBeforeItStartsNeverHoldsIt) {
  Lock lock;
  Notes order;
  auto task = create_task(acquire_and_note, std::ref(lock), std::ref(order), 1);
  task.cancel();
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, CancelledWhileWaitingLeavesTheLine) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(lock), std::ref(order), i));
    co_await settle();
  }
  tasks[1].cancel();
  co_await settle();
  EXPECT_TRUE(tasks[1].cancelled());
  guard.release();
  co_await settle();
  EXPECT_EQ(order, (Notes{0, 2}));
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, CancelledAfterTheGrantPassesItOn) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  auto a = create_task(acquire_and_note, std::ref(lock), std::ref(order), 1);
  co_await settle();
  auto b = create_task(acquire_and_note, std::ref(lock), std::ref(order), 2);
  co_await settle();
  guard.release();
  a.cancel();
  EXPECT_TRUE(lock.locked());
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(order, Notes{2});
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, TheOnlyWaiterCancelledAfterTheGrantFreesIt) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  auto a = create_task(acquire_and_note, std::ref(lock), std::ref(order), 1);
  co_await settle();
  guard.release();
  a.cancel();
  EXPECT_FALSE(lock.locked());
  co_await settle();
  EXPECT_TRUE(a.cancelled());
}

EDDY_TEST(Lock, EveryWaiterCancelledInTheTurnOfTheReleaseFreesIt) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(5);
  for (int i = 0; i < 5; ++i) tasks.push_back(create_task(acquire_and_note, std::ref(lock), std::ref(order), i));
  co_await settle();
  guard.release();
  for (auto& task : tasks) task.cancel();
  co_await settle();
  EXPECT_TRUE(order.empty());
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, CancelledFirstAndReleasedInTheSameTurnGoesToTheSecond) {
  Lock lock;
  Notes order;
  auto guard = co_await lock.acquire();
  auto a = create_task(acquire_and_note, std::ref(lock), std::ref(order), 1);
  co_await settle();
  auto b = create_task(acquire_and_note, std::ref(lock), std::ref(order), 2);
  co_await settle();
  a.cancel();
  guard.release();
  co_await settle();
  EXPECT_EQ(order, Notes{2});
}

EDDY_TEST(Lock, CancelledHolderReleasesIt) {
  Lock lock;
  auto holder = create_task([&]() -> Task<> {
    auto guard = co_await lock.acquire();
    co_await eddy::sleep(1h);
  });
  co_await settle();
  EXPECT_TRUE(lock.locked());
  holder.cancel();
  co_await settle();
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(Lock, HolderThatThrowsReleasesIt) {
  Lock lock;
  auto holder = create_task([&]() -> Task<> {
    auto guard = co_await lock.acquire();
    co_await eddy::checkpoint();
    throw eddy::RuntimeError("x");
  });
  co_await settle();
  EXPECT_FALSE(lock.locked());
  EXPECT_THROW(co_await holder, eddy::RuntimeError);
}

EDDY_TEST(Lock, ExcludesEachOther) {
  Lock lock;
  int inside = 0;
  int most = 0;
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(20);
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(create_task([&, i]() -> Task<> {
      for (int round = 0; round < 5; ++round) {
        auto guard = co_await lock.acquire();
        most = std::max(most, ++inside);
        co_await eddy::sleep(std::chrono::milliseconds((i + round) % 3));
        --inside;
      }
    }));
  }
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(most, 1);
}

EDDY_TEST(Lock, AlwaysFreeStillLetsOthersRun) {
  Lock lock;
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) auto guard = co_await lock.acquire();
  EXPECT_GE(turns, 5);
  other.cancel();
}

EDDY_TEST(Lock, HundredThousandWait) {
  Lock lock;
  Notes order;
  std::vector<TaskHandle<>> tasks;
  constexpr int kMany = 100'000;
  auto guard = co_await lock.acquire();
  tasks.reserve(kMany);
  for (int i = 0; i < kMany; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(lock), std::ref(order), i));
  }
  co_await settle();
  for (int i = 1; i < kMany; i += 2) tasks[static_cast<std::size_t>(i)].cancel();
  guard.release();
  co_await settle();
  EXPECT_EQ(order.size(), std::size_t{kMany} / 2);
  EXPECT_FALSE(lock.locked());
}

TEST(Lock, RefusesToServeTwoLoopsInDebugMode) {
  Lock lock;
  eddy::Loop first;
  eddy::Loop second;
  second.set_debug(true);
  auto guard = lock.try_acquire();
  auto waiter = first.create_task(lock.acquire());
  first.run_until_complete(settle());
  EXPECT_THROW((void)second.run_until_complete(lock.acquire()), eddy::RuntimeError);
  guard.reset();
  auto got = first.run_until_complete(std::move(waiter));
  EXPECT_TRUE(lock.locked());
}

#ifndef NDEBUG
TEST(LockDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    auto lock = std::make_unique<Lock>();
    lock->try_acquire()->forget();
    auto waiter = loop.create_task(lock->acquire());
    loop.run_until_complete(settle());
    lock.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Lock destroyed while tasks wait for it");
}
#endif

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/sync/semaphore.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::BoundedSemaphore;
using eddy::create_task;
using eddy::Permit;
using eddy::Semaphore;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<int>;

Task<> acquire_and_keep(Semaphore& semaphore, Notes& order, int name) {
  auto permit = co_await semaphore.acquire();
  permit.forget();
  order.push_back(name);
}

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

EDDY_TEST(Semaphore, HasOnePermitUnlessToldOtherwise) {
  Semaphore one;
  EXPECT_EQ(one.available(), 1U);
  Semaphore none{0};
  EXPECT_TRUE(none.locked());
  EXPECT_THROW(Semaphore(-1), eddy::RuntimeError);
  EXPECT_THROW(BoundedSemaphore(-1), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(Semaphore, PermitIsReleasedWhenDestroyed) {
  Semaphore limit{2};
  auto a = co_await limit.acquire();
  {
    auto b = co_await limit.acquire();
    EXPECT_TRUE(limit.locked());
    EXPECT_EQ(limit.available(), 0U);
  }
  EXPECT_FALSE(limit.locked());
  Permit moved = std::move(a);
  moved.release();
  EXPECT_EQ(limit.available(), 2U);
}

EDDY_TEST(Semaphore, ForgottenPermitStaysOut) {
  Semaphore limit{1};
  {
    auto permit = co_await limit.acquire();
    permit.forget();
    EXPECT_FALSE(permit);
  }
  EXPECT_TRUE(limit.locked());
  limit.release();
  EXPECT_FALSE(limit.locked());
}

EDDY_TEST(Semaphore, ReleaseWithoutAPermitAddsOne) {
  Semaphore counter{0};
  counter.release();
  counter.release();
  EXPECT_EQ(counter.available(), 2U);
  auto a = co_await counter.acquire();
  auto b = co_await counter.acquire();
  EXPECT_TRUE(counter.locked());
}

EDDY_TEST(BoundedSemaphore, RefusesOneReleaseTooMany) {
  BoundedSemaphore limit{2};
  EXPECT_THROW(limit.release(), eddy::RuntimeError);
  {
    auto permit = co_await limit.acquire();
    permit.forget();
    limit.release();
    EXPECT_THROW(limit.release(), eddy::RuntimeError);
  }
  EXPECT_EQ(limit.available(), 2U);
}

EDDY_TEST(Semaphore, IsGivenInTheOrderOfAsking) {
  Semaphore semaphore{0};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), i));
    co_await settle();
  }
  EXPECT_EQ(semaphore.n_waiting(), 4U);
  for (int i = 0; i < 4; ++i) {
    semaphore.release();
    co_await settle();
  }
  EXPECT_EQ(order, (Notes{0, 1, 2, 3}));
  EXPECT_TRUE(semaphore.locked());
}

EDDY_TEST(Semaphore, NobodyOvertakesAWaiterThatWasGivenAPermit) {
  Semaphore semaphore{0};
  Notes order;
  auto waiter = create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 1);
  co_await settle();
  semaphore.release();
  EXPECT_TRUE(semaphore.locked());
  EXPECT_FALSE(semaphore.try_acquire());
  auto late = create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 2);
  co_await settle();
  EXPECT_EQ(order, Notes{1});
  semaphore.release();
  co_await settle();
  EXPECT_EQ(order, (Notes{1, 2}));
}

EDDY_TEST(Semaphore, TwoReleasesInOneTurnWakeTwo) {
  Semaphore semaphore{0};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(3);
  for (int i = 0; i < 3; ++i) tasks.push_back(create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), i));
  co_await settle();
  semaphore.release();
  semaphore.release();
  co_await settle();
  EXPECT_EQ(order.size(), 2U);
  semaphore.release();
  co_await settle();
  EXPECT_EQ(order.size(), 3U);
}

EDDY_TEST(Semaphore, CancelledBeforeItStartsTakesNothing) {
  Semaphore semaphore{1};
  Notes order;
  auto task = create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 1);
  task.cancel();
  co_await settle();
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(semaphore.available(), 1U);
}

EDDY_TEST(Semaphore, CancelledWhileWaitingLeavesTheLine) {
  Semaphore semaphore{0};
  Notes order;
  auto a = create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 1);
  co_await settle();
  auto b = create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 2);
  co_await settle();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(semaphore.n_waiting(), 1U);
  semaphore.release();
  co_await settle();
  EXPECT_EQ(order, Notes{2});
}

EDDY_TEST(Semaphore, CancelledAfterTheGrantPassesItOn) {
  Semaphore semaphore{0};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), i));
    co_await settle();
  }
  semaphore.release();
  semaphore.release();
  tasks[0].cancel();
  co_await settle();
  EXPECT_TRUE(tasks[0].cancelled());
  std::sort(order.begin(), order.end());  // the two were woken in one turn: their order is the loop's
  EXPECT_EQ(order, (Notes{1, 2}));
  tasks[3].cancel();
  semaphore.release();
  co_await settle();
  EXPECT_EQ(semaphore.available(), 1U);
}

EDDY_TEST(Semaphore, EveryWaiterCancelledInTheTurnOfTheReleaseLosesNoPermit) {
  Semaphore semaphore{0};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(5);
  for (int i = 0; i < 5; ++i) tasks.push_back(create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), i));
  co_await settle();
  semaphore.release();
  semaphore.release();
  semaphore.release();
  for (auto& task : tasks) task.cancel();
  co_await settle();
  EXPECT_TRUE(order.empty());
  EXPECT_EQ(semaphore.available(), 3U);
}

EDDY_TEST(Semaphore, LetsInSoManyAndNoMore) {
  Semaphore limit{3};
  int inside = 0;
  int most = 0;
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(30);
  for (int i = 0; i < 30; ++i) {
    tasks.push_back(create_task([&, i]() -> Task<> {
      auto permit = co_await limit.acquire();
      most = std::max(most, ++inside);
      co_await eddy::sleep(std::chrono::milliseconds(i % 4));
      --inside;
    }));
  }
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(most, 3);
  EXPECT_EQ(limit.available(), 3U);
}

EDDY_TEST(Semaphore, AlwaysFreeStillLetsOthersRun) {
  Semaphore semaphore{1};
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) auto permit = co_await semaphore.acquire();
  EXPECT_GE(turns, 5);
  other.cancel();
}

EDDY_TEST(Semaphore, HundredThousandWait) {
  Semaphore semaphore{0};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  constexpr std::size_t kMany = 100'000;
  tasks.reserve(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    tasks.push_back(create_task(acquire_and_keep, std::ref(semaphore), std::ref(order), 0));
  }
  co_await settle();
  for (std::size_t i = 0; i < kMany; ++i) semaphore.release();
  for (std::size_t i = 0; i < kMany; i += 2) tasks[i].cancel();
  co_await settle();
  EXPECT_EQ(order.size(), kMany / 2);
  EXPECT_EQ(semaphore.available(), kMany / 2);
}

#ifndef NDEBUG
TEST(SemaphoreDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    auto semaphore = std::make_unique<Semaphore>(0);
    auto waiter = loop.create_task(semaphore->acquire());
    loop.run_until_complete(settle());
    semaphore.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Semaphore destroyed while tasks wait for it");
}
#endif

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/sync/barrier.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::Barrier;
using eddy::BrokenBarrierError;
using eddy::create_task;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<std::size_t>;
constexpr int kParties = 6;

Task<std::size_t> pass(Barrier& barrier) { co_return co_await barrier.wait(); }

// Virtual time passes only when nobody can run any more.
auto settle() { return eddy::sleep(1ms); }

template <class F>
std::vector<TaskHandle<>> start(int n, F body) {
  std::vector<TaskHandle<>> tasks;
  tasks.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) tasks.push_back(create_task(body));
  return tasks;
}

EDDY_TEST(Barrier, IsEmptyToBeginWith) {
  Barrier barrier{3};
  EXPECT_EQ(barrier.parties(), 3U);
  EXPECT_EQ(barrier.n_waiting(), 0U);
  EXPECT_FALSE(barrier.broken());
  EXPECT_THROW(Barrier(0), eddy::RuntimeError);
  EXPECT_THROW(Barrier(-5), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(Barrier, ForOneNeverWaits) {
  Barrier barrier{1};
  EXPECT_EQ(co_await barrier.wait(), 0U);
  EXPECT_EQ(co_await barrier.wait(), 0U);
}

EDDY_TEST(Barrier, LetsAllGoWhenTheLastArrives) {
  Barrier barrier{3};
  auto a = create_task(pass, std::ref(barrier));
  co_await settle();
  auto b = create_task(pass, std::ref(barrier));
  co_await settle();
  EXPECT_EQ(barrier.n_waiting(), 2U);
  EXPECT_FALSE(a.done() || b.done());
  EXPECT_EQ(co_await barrier.wait(), 2U);  // the last one does not wait
  EXPECT_EQ(barrier.n_waiting(), 0U);
  EXPECT_EQ(co_await a, 0U);
  EXPECT_EQ(co_await b, 1U);
}

EDDY_TEST(Barrier, IsReusable) {
  Barrier barrier{kParties};
  std::vector<int> rounds(3);
  auto tasks = start(kParties, [&]() -> Task<> {
    for (auto& round : rounds) {
      co_await barrier.wait();
      ++round;
      co_await barrier.wait();
      EXPECT_EQ(round, kParties);
    }
  });
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(barrier.n_waiting(), 0U);
}

EDDY_TEST(Barrier, MoreTasksThanPartiesWaitForTheNextRound) {
  Barrier barrier{2};
  std::vector<TaskHandle<std::size_t>> tasks;
  tasks.reserve(5);
  for (int i = 0; i < 5; ++i) tasks.push_back(create_task(pass, std::ref(barrier)));
  co_await settle();
  EXPECT_EQ(std::count_if(tasks.begin(), tasks.end(), [](auto& t) { return t.done(); }), 4);
  EXPECT_EQ(barrier.n_waiting(), 1U);
  co_await barrier.wait();
  co_await settle();
  EXPECT_TRUE(std::all_of(tasks.begin(), tasks.end(), [](auto& t) { return t.done(); }));
}

EDDY_TEST(Barrier, CancelledWaiterLeavesAndIndicesStayDistinct) {
  Barrier barrier{3};
  auto a = create_task(pass, std::ref(barrier));
  co_await settle();
  auto b = create_task(pass, std::ref(barrier));
  co_await settle();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(barrier.n_waiting(), 1U);
  EXPECT_FALSE(barrier.broken());
  auto c = create_task(pass, std::ref(barrier));
  co_await settle();
  EXPECT_FALSE(b.done());
  EXPECT_EQ(co_await barrier.wait(), 2U);
  EXPECT_EQ(co_await b, 0U);
  EXPECT_EQ(co_await c, 1U);
}

EDDY_TEST(Barrier, CancelledBeforeItStartsDoesNotCount) {
  Barrier barrier{2};
  auto a = create_task(pass, std::ref(barrier));
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_EQ(barrier.n_waiting(), 0U);
}

EDDY_TEST(Barrier, CancelledInTheRaceWithTheLastLetsTheOthersGo) {
  Barrier barrier{3};
  auto a = create_task(pass, std::ref(barrier));
  auto b = create_task(pass, std::ref(barrier));
  co_await settle();
  co_await barrier.wait();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
  EXPECT_TRUE(b.done() && !b.cancelled());
  EXPECT_EQ(barrier.n_waiting(), 0U);
  EXPECT_FALSE(barrier.broken());
}

EDDY_TEST(Barrier, AbortFailsWhoWaitsAndWhoComes) {
  Barrier barrier{3};
  auto a = create_task(pass, std::ref(barrier));
  co_await settle();
  barrier.abort();
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0U);
  co_await settle();
  EXPECT_THROW(co_await a, BrokenBarrierError);
  EXPECT_THROW(co_await barrier.wait(), BrokenBarrierError);
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  auto b = create_task(pass, std::ref(barrier));
  co_await settle();
  EXPECT_FALSE(b.done());
  b.cancel();
  co_await settle();
}

EDDY_TEST(Barrier, ResetOfAnIdleOneChangesNothing) {
  Barrier barrier{1};
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(co_await barrier.wait(), 0U);
}

EDDY_TEST(Barrier, ResetFailsWhoWaitsAndTheyMayComeAgain) {
  Barrier barrier{kParties};
  int failed = 0;
  int passed = 0;
  auto tasks = start(kParties - 1, [&]() -> Task<> {
    bool broken = false;
    try {
      co_await barrier.wait();
    } catch (const BrokenBarrierError&) {
      broken = true;
    }
    failed += broken;
    co_await barrier.wait();
    ++passed;
  });
  co_await settle();
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  co_await settle();
  EXPECT_EQ(failed, kParties - 1);
  co_await barrier.wait();
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(passed, kParties - 1);
}

EDDY_TEST(Barrier, CancelledAfterAResetIsCancelled) {
  Barrier barrier{2};
  auto a = create_task(pass, std::ref(barrier));
  co_await settle();
  barrier.reset();
  a.cancel();
  co_await settle();
  EXPECT_TRUE(a.cancelled());
}

// Half of them have gone through when the barrier is reset: the others fail, those that wait again do not.
EDDY_TEST(Barrier, ResetWhileLeavingFailsThoseWhoHaveNotRunYet) {
  Barrier barrier{kParties};
  int through = 0;
  int failed = 0;
  int failed_again = 0;
  auto tasks = start(kParties, [&]() -> Task<> {
    bool first = true;
    try {
      co_await barrier.wait();
      first = false;
      if (++through == kParties / 2) {
        barrier.reset();
      } else {
        co_await barrier.wait();
      }
    } catch (const BrokenBarrierError&) {
      ++(first ? failed : failed_again);
    }
  });
  co_await settle();
  EXPECT_EQ(failed, kParties - kParties / 2);
  EXPECT_EQ(failed_again, 0);
  EXPECT_EQ(barrier.n_waiting(), std::size_t{kParties / 2 - 1});
  EXPECT_FALSE(barrier.broken());
  barrier.reset();
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(failed_again, kParties / 2 - 1);
}

EDDY_TEST(Barrier, AbortWhileLeavingFailsAlsoThoseWhoWaitAgain) {
  Barrier barrier{kParties};
  int through = 0;
  int failed = 0;
  int failed_again = 0;
  auto tasks = start(kParties, [&]() -> Task<> {
    bool first = true;
    try {
      co_await barrier.wait();
      first = false;
      if (++through > kParties / 2) {
        barrier.abort();
      } else {
        co_await barrier.wait();
      }
    } catch (const BrokenBarrierError&) {
      ++(first ? failed : failed_again);
    }
  });
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(failed, kParties - kParties / 2 - 1);
  EXPECT_EQ(failed_again, kParties / 2);
  EXPECT_TRUE(barrier.broken());
}

EDDY_TEST(Barrier, ResetAfterTheLastHasLeftChangesNothing) {
  Barrier barrier{kParties};
  int through = 0;
  int passed = 0;
  auto tasks = start(kParties, [&]() -> Task<> {
    co_await barrier.wait();
    if (++through == kParties) {
      co_await settle();
      EXPECT_EQ(barrier.n_waiting(), std::size_t{kParties - 1});
    }
    co_await barrier.wait();
    ++passed;
  });
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(passed, kParties);
}

EDDY_TEST(Barrier, AlwaysOpenStillLetsOthersRun) {
  Barrier barrier{1};
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) co_await barrier.wait();
  EXPECT_GE(turns, 5);
  other.cancel();
}

EDDY_TEST(Barrier, HundredThousandMeet) {
  constexpr int kMany = 100'000;
  Barrier barrier{kMany};
  std::vector<TaskHandle<std::size_t>> tasks;
  tasks.reserve(kMany);
  for (int i = 0; i < kMany; ++i) tasks.push_back(create_task(pass, std::ref(barrier)));
  std::vector<bool> seen(kMany);
  for (auto& task : tasks) seen[co_await task] = true;
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), kMany);
}

TEST(Barrier, RefusesToServeTwoLoopsInDebugMode) {
  Barrier barrier{3};
  eddy::Loop first;
  eddy::Loop second;
  second.set_debug(true);
  auto waiter = first.create_task(pass(barrier));
  first.run_until_complete(settle());
  EXPECT_THROW(second.run_until_complete(pass(barrier)), eddy::RuntimeError);
  EXPECT_EQ(barrier.n_waiting(), 1U);
  waiter.cancel();
  first.run_until_complete(settle());
}

#ifndef NDEBUG
TEST(BarrierDeathTest, DestroyingItUnderAWaiterIsABug) {
  auto abandon = [] {
    eddy::Loop loop;
    auto barrier = std::make_unique<Barrier>(2);
    auto waiter = loop.create_task(pass(*barrier));
    loop.run_until_complete(settle());
    barrier.reset();
  };
  EXPECT_DEATH(abandon(), "eddy::Barrier destroyed while tasks wait at it");
}
#endif

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/time/sleep.h"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr auto kInOrder = test::Options{}.seed(0).shuffle(false);

EDDY_TEST(SleepTest, WaitsThatLong) {
  auto before = now();
  co_await sleep(90min);
  EXPECT_EQ(now() - before, 90min);
}

EDDY_TEST(SleepTest, TakesAnyUnit) {
  auto before = now();
  co_await sleep(1ns);
  EXPECT_EQ(now() - before, 1ns);
  co_await sleep(std::chrono::duration<double>(0.5));
  EXPECT_EQ(now() - before, 500ms + 1ns);
  co_await sleep(std::chrono::duration<float, std::ratio<3600>>(1.0F));
  EXPECT_EQ(now() - before, 1h + 500ms + 1ns);
}

EDDY_TEST(SleepTest, FractionsOfANanosecondRoundUpAndNeverWakeEarly) {
  auto before = now();
  co_await sleep(std::chrono::duration<double, std::nano>(0.25));
  EXPECT_EQ(now() - before, 1ns);
}

EDDY_TEST(SleepTest, ZeroAndLessYieldOnceWithoutWaiting) {
  auto before = now();
  constexpr std::chrono::seconds kDelays[] = {0s, -1s, std::chrono::seconds::min()};
  for (auto delay : kDelays) {
    bool other_ran = false;
    auto other = create_task([&]() -> Task<> {
      other_ran = true;
      co_return;
    });
    co_await sleep(delay);
    co_await sleep(delay);
    EXPECT_TRUE(other_ran);
    co_await other;
  }
  EXPECT_EQ(now(), before);
}

EDDY_TEST(SleepTest, TasksThatYieldTakeTurns, kInOrder) {
  std::string order;
  auto yields = [&](char name) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      order += name;
      co_await sleep(0s);
    }
  };
  co_await gather(yields('a'), yields('b'));
  EXPECT_EQ(order, "ababab");
}

EDDY_TEST(SleepTest, AsLongAsPossibleIsNotNegative) {
  auto task = create_task(eddy::sleep, std::chrono::hours::max());
  co_await sleep(24h * 365);
  EXPECT_FALSE(task.done());
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(SleepTest, SleepersWakeInTheOrderOfTheirDeadlines, kInOrder) {
  std::vector<int> order;
  auto sleeper = [&](int n) -> Task<> {
    co_await sleep(std::chrono::seconds(n));
    order.push_back(n);
  };
  co_await gather(sleeper(3), sleeper(1), sleeper(2));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

EDDY_TEST(SleepTest, EqualDeadlinesWakeInTheOrderOfGoingToSleep, kInOrder) {
  std::vector<int> order;
  auto sleeper = [&](int n) -> Task<> {
    co_await sleep(1s);
    order.push_back(n);
  };
  co_await gather(sleeper(1), sleeper(2), sleeper(3));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

EDDY_TEST(SleepTest, CountsFromTheAwaitNotFromTheCall) {
  auto nap = sleep(1s);
  co_await sleep(5s);
  auto before = now();
  co_await std::move(nap);
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(SleepTest, CancelledLeavesNoTimerBehind) {
  auto task = create_task(eddy::sleep, 1h);
  co_await test::all_blocked();
  EXPECT_EQ(get_running_loop().timers().size(), 1u);
  co_await cancel_and_wait(task);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(SleepTest, ManySleepersAllWake) {
  constexpr int kSleepers = 20'000;
  int woken = 0;
  auto sleeper = [&](int n) -> Task<> {
    co_await sleep(std::chrono::microseconds(n * 7919 % 1'000'003));
    ++woken;
  };
  co_await task_group([&](TaskGroup& tg) {
    for (int i = 0; i < kSleepers; ++i) tg.create_task(std::ref(sleeper), i);
  });
  EXPECT_EQ(woken, kSleepers);
}

EDDY_TEST(SleepUntilTest, WaitsUntilThen) {
  auto deadline = now() + 3s;
  co_await sleep(1s);
  co_await sleep_until(deadline);
  EXPECT_EQ(now(), deadline);
}

EDDY_TEST(SleepUntilTest, ThePastYieldsOnceWithoutWaiting) {
  auto before = now();
  bool other_ran = false;
  auto other = create_task([&]() -> Task<> {
    other_ran = true;
    co_return;
  });
  co_await sleep_until(before - 1h);
  co_await sleep_until(TimePoint::min());
  EXPECT_TRUE(other_ran);
  EXPECT_EQ(now(), before);
  co_await other;
}

EDDY_TEST(SleepUntilTest, IsCancelledLikeAnyOther) {
  auto task = create_task(eddy::sleep_until, now() + 1h);
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(CheckpointTest, LetsOthersRun) {
  bool other_ran = false;
  auto other = create_task([&]() -> Task<> {
    other_ran = true;
    co_return;
  });
  co_await checkpoint();
  co_await checkpoint();
  EXPECT_TRUE(other_ran);
  co_await other;
}

EDDY_TEST(CheckpointTest, IsWhereACancellationTakesEffect) {
  int turns = 0;
  auto task = create_task([&]() -> Task<> {
    for (;;) {
      ++turns;
      co_await checkpoint();
    }
  });
  while (turns < 3) co_await checkpoint();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

TEST(SleepRealTest, NeverWakesEarly) {
  run([]() -> Task<> {
    constexpr std::chrono::milliseconds kDelays[] = {1ms, 5ms, 17ms};
    for (auto delay : kDelays) {
      auto before = std::chrono::steady_clock::now();
      co_await sleep(delay);
      EXPECT_GE(std::chrono::steady_clock::now() - before, delay);
    }
  });
}

TEST(SleepRealTest, TheLoopsTimeIsTheSteadyClock) {
  run([]() -> Task<> {
    auto before = std::chrono::steady_clock::now();
    auto loop_time = now();
    auto after = std::chrono::steady_clock::now();
    EXPECT_LE(before, loop_time);
    EXPECT_LE(loop_time, after);
    EXPECT_LE(loop_time, get_running_loop().time());
    co_return;
  });
}

}  // namespace
}  // namespace eddy

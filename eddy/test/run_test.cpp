// SPDX-License-Identifier: MIT
#include "eddy/test/run.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/sync/event.h"
#include "eddy/test/all_blocked.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;
using RealClock = std::chrono::steady_clock;

Task<> append_after(std::vector<int>& order, int what, Duration delay) {
  co_await sleep(delay);
  order.push_back(what);
}

TEST(RunTest, AnHourOfSleepTakesNoTime) {
  auto begin = RealClock::now();
  Duration slept = run([]() -> Task<Duration> {
    TimePoint start = eddy::now();
    co_await sleep(1h);
    co_return eddy::now() - start;
  });
  EXPECT_EQ(slept, 1h);
  EXPECT_LT(RealClock::now() - begin, 30s);
}

TEST(RunTest, TheClockStartsAtAFixedPointAndStandsStillWhileCodeRuns) {
  auto main = []() -> Task<TimePoint> {
    TimePoint first = eddy::now();
    co_await checkpoint();
    EXPECT_EQ(first, eddy::now());
    co_return first;
  };
  EXPECT_EQ(run(main), run(main));
}

TEST(RunTest, TimersFireByDeadlineThenInTheOrderOfArming) {
  std::vector<int> order;
  run(
      [&]() -> Task<> {
        auto a = create_task([&] { return append_after(order, 3, 2s); });
        auto b = create_task([&] { return append_after(order, 1, 1s); });
        auto c = create_task([&] { return append_after(order, 2, 1s); });
        co_await a;
        co_await b;
        co_await c;
      },
      Options{}.shuffle(false));
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(RunTest, GivesTheResultOrThrowsTheError) {
  auto moved = run([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); });
  EXPECT_EQ(*moved, 7);
  auto fails = []() -> Task<> {
    co_await checkpoint();
    throw std::logic_error("no");
  };
  EXPECT_THROW(run(fails), std::logic_error);
  EXPECT_THROW(run(fails()), std::logic_error);  // a task instead of a callable
}

std::vector<int> interleaving(const Options& options) {
  std::vector<int> order;
  auto steps = [&](int who) -> Task<> {
    for (int i = 0; i < 4; ++i) {
      order.push_back(who);
      co_await checkpoint();
    }
  };
  run(
      [&]() -> Task<> {
        std::vector<TaskHandle<>> tasks;
        for (int who = 0; who < 4; ++who) tasks.push_back(create_task(steps, who));
        for (auto& task : tasks) co_await task;
      },
      options);
  return order;
}

TEST(RunTest, WithoutASeedTheOrderIsFirstInFirstOut) {
  EXPECT_EQ(interleaving(Options{}.shuffle(false)), (std::vector{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}));
}

TEST(RunTest, ASeedReproducesItsInterleavingAndSeedsDiffer) {
  std::vector<int> seventh = interleaving(Options{}.seed(7));
  EXPECT_EQ(seventh, interleaving(Options{}.seed(7)));
  int different = 0;
  for (std::uint64_t seed = 8; seed < 18; ++seed) different += interleaving(Options{}.seed(seed)) != seventh ? 1 : 0;
  EXPECT_GE(different, 9);
}

TEST(RunTest, TheSeedIsKnownInside) {
  run(
      []() -> Task<> {
        EXPECT_EQ(current_seed(), 5u);
        co_return;
      },
      Options{}.seed(5));
  EXPECT_THROW(current_seed(), RuntimeError);
}

TEST(RunTest, OnTheRealClockSleepReallySleeps) {
  auto begin = RealClock::now();
  run([]() -> Task<> { co_await sleep(2ms); }, Options{}.real_time(true));
  EXPECT_GE(RealClock::now() - begin, 2ms);
}

// A thread that sets an event after a moment. It must be joined before the loop goes.
std::thread set_later(Event& event) {
  return std::thread([&event, &loop = get_running_loop()] {
    std::this_thread::sleep_for(5ms);
    loop.call_soon_threadsafe([&event] { event.set(); });
  });
}

TEST(RunTest, AThreadMayPostWhenTheLoopHasNothingElseToWaitFor) {
  run([]() -> Task<> {
    Event posted;
    std::thread poster = set_later(posted);
    co_await posted.wait();
    poster.join();
  });
}

TEST(RunTest, AHeldClockWaitsForAThreadInsteadOfJumpingToTheNextTimer) {
  run([]() -> Task<> {
    std::vector<int> order;
    Event posted;
    auto timer = create_task([&] { return append_after(order, 2, 1h); });
    std::thread poster = set_later(posted);
    {
      ClockHold hold;
      co_await posted.wait();
      order.push_back(1);
    }
    poster.join();
    co_await timer;
    EXPECT_EQ(order, (std::vector{1, 2}));
  });
}

TEST(RunTest, AllBlockedGoesOnWhenEverybodyElseWaitsAndTheClockStandsStill) {
  run([]() -> Task<> {
    std::vector<int> order;
    auto busy = create_task([&]() -> Task<> {
      for (int i = 0; i < 20; ++i) co_await checkpoint();
      order.push_back(1);
      co_await sleep(1s);
      order.push_back(3);
    });
    TimePoint start = eddy::now();
    co_await all_blocked();
    order.push_back(2);
    EXPECT_EQ(eddy::now(), start);
    co_await busy;
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
  });
}

TEST(RunTest, AllBlockedCanBeCancelled) {
  run([]() -> Task<> {
    bool passed = false;
    auto waiter = create_task([&]() -> Task<> {
      co_await all_blocked();
      passed = true;
    });
    co_await checkpoint();
    waiter.cancel();
    EXPECT_THROW(co_await waiter, TaskCancelled);
    EXPECT_FALSE(passed);
  });
}

TEST(RunTest, StoppingTheLoopIsAnError) {
  EXPECT_THROW(run([]() -> Task<> {
                 get_running_loop().stop();
                 co_await sleep(1s);
               }),
               RuntimeError);
}

}  // namespace
}  // namespace eddy::test

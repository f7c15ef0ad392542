// SPDX-License-Identifier: MIT
#include "eddy/core/call_handle.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr auto kInOrder = test::Options{}.seed(0).shuffle(false);

EDDY_TEST(CallSoonTest, CallsInOrderAndNotAtOnce, kInOrder) {
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) get_running_loop().call_soon([&order, i] { order.push_back(i); });
  EXPECT_TRUE(order.empty());
  co_await test::all_blocked();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

EDDY_TEST(CallSoonTest, PassesArguments) {
  int sum = 0;
  auto add = [&](int a, std::unique_ptr<int>& b) { sum = a + *b; };
  get_running_loop().call_soon(add, 1, std::make_unique<int>(2));
  co_await test::all_blocked();
  EXPECT_EQ(sum, 3);
}

EDDY_TEST(CallSoonTest, FromACallbackComesInALaterTurn) {
  std::string log;
  Loop& loop = get_running_loop();
  loop.call_soon([&] {
    loop.call_soon([&] { log += "second"; });
    log += "first ";
  });
  co_await test::all_blocked();
  EXPECT_EQ(log, "first second");
}

EDDY_TEST(CallSoonTest, CancelledDoesNotCall) {
  bool called = false;
  CallHandle call = get_running_loop().call_soon([&] { called = true; });
  EXPECT_FALSE(call.cancelled());
  call.cancel();
  call.cancel();
  EXPECT_TRUE(call.cancelled());
  co_await test::all_blocked();
  EXPECT_FALSE(called);
}

EDDY_TEST(CallSoonTest, LettingGoOfTheHandleCancelsNothing) {
  bool called = false;
  {
    CallHandle call = get_running_loop().call_soon([&] { called = true; });
  }
  co_await test::all_blocked();
  EXPECT_TRUE(called);
}

EDDY_TEST(CallSoonTest, ACallbackThatThrowsIsReportedAndTheLoopGoesOn) {
  bool called = false;
  get_running_loop().call_soon([] { throw std::runtime_error("bad callback"); });
  get_running_loop().call_soon([&] { called = true; });
  co_await test::all_blocked();
  EXPECT_TRUE(called);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0], "exception in callback: std::runtime_error: bad callback");
}

EDDY_TEST(CallLaterTest, CallsWhenItIsTimeByDeadlineThenByOrder, kInOrder) {
  std::vector<int> order;
  Loop& loop = get_running_loop();
  loop.call_later(2s, [&] { order.push_back(3); });
  loop.call_later(1s, [&] { order.push_back(1); });
  loop.call_at(now() + 1s, [&] { order.push_back(2); });
  loop.call_later(-5s, [&] { order.push_back(0); });
  co_await sleep(999ms);
  EXPECT_EQ(order, (std::vector<int>{0}));
  co_await sleep(10s);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

EDDY_TEST(CallLaterTest, NeverRunsBeforeTheTurnEndsEvenWithoutDelay) {
  bool called = false;
  get_running_loop().call_later(0s, [&] { called = true; });
  EXPECT_FALSE(called);
  co_await sleep(1ms);
  EXPECT_TRUE(called);
}

EDDY_TEST(CallLaterTest, KnowsWhenItIsDue) {
  CallHandle call = get_running_loop().call_later(90s, [] {});
  EXPECT_EQ(call.when(), now() + 90s);
  call.cancel();
  co_return;
}

EDDY_TEST(CallLaterTest, CancelledLeavesNoTimerBehind) {
  bool called = false;
  CallHandle call = get_running_loop().call_later(1s, [&] { called = true; });
  call.cancel();
  EXPECT_TRUE(call.cancelled());
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
  co_await sleep(2s);
  EXPECT_FALSE(called);
}

EDDY_TEST(CallLaterTest, CancelledFromAnotherCallbackThatIsDueToo, kInOrder) {
  bool called = false;
  CallHandle second;
  get_running_loop().call_later(1s, [&] { second.cancel(); });
  second = get_running_loop().call_later(1s, [&] { called = true; });
  co_await sleep(2s);
  EXPECT_FALSE(called);
}

EDDY_TEST(CallLaterTest, CancelledAfterItRanIsHarmless) {
  int calls = 0;
  CallHandle call = get_running_loop().call_later(1s, [&] { ++calls; });
  co_await sleep(2s);
  call.cancel();
  co_await sleep(2s);
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(CallLaterTest, CancelledFromWithinItselfIsHarmless) {
  int calls = 0;
  CallHandle call;
  call = get_running_loop().call_later(1s, [&] {
    ++calls;
    call.cancel();
  });
  co_await sleep(2s);
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(CallLaterTest, CancelLetsGoOfWhatTheCallbackHolds) {
  auto cell = std::make_shared<int>(1);
  CallHandle later = get_running_loop().call_later(1s, [cell] {});
  CallHandle soon = get_running_loop().call_soon([cell] {});
  later.cancel();
  soon.cancel();
  co_await test::all_blocked();
  EXPECT_EQ(cell.use_count(), 1);
}

TEST(CallHandleTest, AnEmptyOneIsHarmless) {
  CallHandle call;
  call.cancel();
  EXPECT_FALSE(call.cancelled());
}

TEST(CallHandleTest, MayOutliveItsLoop) {
  CallHandle later;
  CallHandle soon;
  bool called = false;
  {
    Loop loop;
    later = loop.call_later(1h, [&] { called = true; });
    soon = loop.call_soon([&] { called = true; });
    loop.close();
    later.cancel();
  }
  later.cancel();
  soon.cancel();
  EXPECT_FALSE(called);
}

TEST(CallSoonThreadsafeTest, CallsFromManyThreadsAllArriveAndEachThreadsInOrder) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 500;
  Loop loop;
  std::vector<std::vector<int>> seen(kThreads);
  int total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        loop.call_soon_threadsafe([&, t, i] {
          seen[static_cast<std::size_t>(t)].push_back(i);
          if (++total == kThreads * kCalls) loop.stop();
        });
      }
    });
  }
  loop.run_forever();
  for (auto& thread : threads) thread.join();
  for (const auto& calls : seen) {
    ASSERT_EQ(calls.size(), static_cast<std::size_t>(kCalls));
    EXPECT_TRUE(std::is_sorted(calls.begin(), calls.end()));
  }
}

TEST(CallSoonThreadsafeTest, WakesALoopThatSleeps) {
  Loop loop;
  auto id = std::this_thread::get_id();
  std::thread::id ran_on;
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);
    loop.call_soon_threadsafe([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run_forever();
  other.join();
  EXPECT_EQ(ran_on, id);
}

TEST(CallSoonThreadsafeTest, CancelsATaskFromAnotherThread) {
  Loop loop;
  auto task = loop.create_task([]() -> Task<> { co_await sleep(1h); });
  std::thread other([&] { loop.call_soon_threadsafe([&] { task.cancel("from a thread"); }); });  // handles stay here
  EXPECT_THROW(loop.run_until_complete(task), TaskCancelled);
  other.join();
}

}  // namespace
}  // namespace eddy

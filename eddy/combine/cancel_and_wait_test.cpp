// SPDX-License-Identifier: MIT
//
// cancel_and_wait, and what it means to answer for a handle: a combinator that is cancelled cancels the task and waits.
#include "eddy/combine/cancel_and_wait.h"

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(CancelAndWaitTest, ReturnsWhenTheTaskHasEnded) {
  bool ended = false;
  auto task = create_task(slow_to_end, std::ref(ended), 2s);
  co_await sleep(1s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(ended && task.cancelled());
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(CancelAndWaitTest, OfATaskThatIsDoneReturnsAtOnce) {
  auto task = create_task(value_after, 0s, 1);
  co_await task;
  co_await cancel_and_wait(task);
  EXPECT_EQ(task.result(), 1);
}

EDDY_TEST(CancelAndWaitTest, AnErrorStaysInTheHandle) {
  auto task = create_task(fail_when_cancelled, "cleanup");
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_NE(task.exception(), nullptr);
}

EDDY_TEST(CancelAndWaitTest, AnErrorNobodyAsksForGoesToTheHandler) {
  {
    auto task = create_task(fail_when_cancelled, "cleanup");
    co_await sleep(1s);
    co_await cancel_and_wait(task);
  }
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(CancelAndWaitTest, OfATaskThatHasNotStartedDropsIt) {
  test::Counters counts;
  auto task = create_task(
      [](test::Tracked) -> Task<> {
        ADD_FAILURE() << "it ran";
        co_return;
      },
      test::Tracked(counts));
  co_await cancel_and_wait(task);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CancelAndWaitTest, OfItselfIsAnErrorAndACancel) {
  bool caught = false;
  TaskHandle<> self;
  self = create_task([&]() -> Task<> {
    try {
      co_await cancel_and_wait(self);
    } catch (const RuntimeError&) {
      caught = true;
    }
    co_await checkpoint();
    ADD_FAILURE() << "went on";
  });
  auto r = co_await outcome(self);
  EXPECT_TRUE(caught && self.cancelled());
  (void)r.error();
}

EDDY_TEST(CancelAndWaitTest, TheWaiterMayBeCancelledMeanwhile) {
  bool ended = false;
  auto task = create_task(slow_to_end, std::ref(ended), 5s);
  co_await sleep(1s);
  auto r = co_await outcome(wait_for(cancel_and_wait(task), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_FALSE(ended);
  co_await wait(task);
  EXPECT_TRUE(ended);
}

EDDY_TEST(OwnedHandleTest, WaitForCancelsTheTaskAndWaitsForItsEnd) {
  bool ended = false;
  auto task = create_task(slow_to_end, std::ref(ended), 2s);
  TimePoint begin = now();
  auto r = co_await outcome(wait_for(task, 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(ended);
  EXPECT_EQ(now() - begin, 3s);
}

// 3b §1.17: a plain co_await only stops waiting.
EDDY_TEST(OwnedHandleTest, APlainAwaitLeavesTheTaskRunning) {
  auto task = create_task(value_after, 3s, 3);
  auto waiter = create_task([&]() -> Task<> { co_await task; });
  co_await sleep(1s);
  co_await cancel_and_wait(waiter);
  EXPECT_EQ(co_await task, 3);
}

EDDY_TEST(OwnedHandleTest, ATaskThatEndsInAValueNeverthelessDeliversIt) {
  auto task = create_task([]() -> Task<int> {
    auto r = co_await outcome(sleep(1h));
    co_return 7;
  });
  EXPECT_EQ(co_await wait_for(task, 1s), 7);
}

EDDY_TEST(OwnedHandleTest, InAScopeThatIsCancelledAlreadyItStillCancelsAndWaits) {
  bool ended = false;
  auto task = create_task(slow_to_end, std::ref(ended), 2s);
  co_await sleep(1s);
  auto r = co_await outcome(wait_for(task, 0s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(ended);
}

// Found by reading: the inner cancel relinked owners that the outer one had still to visit, and lost those behind them.
EDDY_TEST(OwnedHandleTest, AnAnsweredForTaskInTheSameTreeDoesNotDisturbTheCancel) {
  auto group = []() -> Task<> { co_await task_group([](TaskGroup& tg) { tg.create_task(sleep, 1h); }); };
  TimePoint begin = now();
  for (int order = 0; order < 3; ++order) {
    co_await try_for(
        task_group([&](TaskGroup& tg) {
          std::vector<TaskHandle<>> groups;
          for (int i = 0; i < 3; ++i) groups.push_back(tg.create_task(group));
          tg.create_task([](TaskHandle<> other) -> Task<> { co_await wait_for(other, 2h); }, groups[order]);
          tg.create_task([](TaskHandle<> other) -> Task<> { co_await gather(other, sleep(1h)); }, groups[2 - order]);
        }),
        1s);
  }
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(OwnedHandleTest, AChainOfAHundredThousandTasksIsCancelledWithoutRecursion) {
  TaskHandle<> last = create_task(sleep, 1h);
  auto wait_on = [](TaskHandle<> other) -> Task<> { co_await wait_for(other, 2h); };
  for (int i = 0; i < 100'000; ++i) last = create_task(wait_on, last);
  co_await sleep(1s);
  co_await cancel_and_wait(last);
  EXPECT_TRUE(last.cancelled());
}

}  // namespace
}  // namespace eddy

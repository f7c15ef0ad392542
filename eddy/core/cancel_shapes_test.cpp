// SPDX-License-Identifier: MIT
//
// No shape of code loses a cancel, leaks, or runs what it must not.
#include <string>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

Task<> for_ever() { co_await sleep(1h); }
Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<> sleep_noexcept() noexcept { co_await sleep(1h); }
Task<> keeps(Tracked, bool& ran) {
  ran = true;
  co_await sleep(1h);
}

// 3b §1.5
EDDY_TEST(CancelShapesTest, CancelBeforeTheStartNeverRunsTheBodyAndDropsItsArguments) {
  Counters counts;
  bool ran = false;
  auto callable = create_task(keeps, Tracked(counts), std::ref(ran));
  auto coroutine = create_task(keeps(Tracked(counts), ran));
  EXPECT_TRUE(callable.cancel());
  EXPECT_TRUE(coroutine.cancel());
  EXPECT_FALSE(callable.done());  // it ends in its turn, like any other
  co_await test::all_blocked();
  EXPECT_TRUE(callable.cancelled());
  EXPECT_TRUE(coroutine.cancelled());
  EXPECT_FALSE(ran);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CancelShapesTest, CancelWakesASleeperAtOnce) {
  auto task = create_task(for_ever);
  co_await test::all_blocked();
  auto before = now();
  EXPECT_TRUE(task.cancel());
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(now(), before);
}

EDDY_TEST(CancelShapesTest, FramesAreDestroyedInnermostFirstAndNeverResumed) {
  std::string log;
  auto inner = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "inner "; });
    co_await sleep(1h);
    log += "resumed ";
  };
  auto outer = [&]() -> Task<> {
    ScopeGuard first([&] { log += "outer"; });
    ScopeGuard second([&] { log += "outer's second "; });
    co_await inner();
    log += "resumed ";
  };
  auto task = create_task(outer);
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "inner outer's second outer");
}

EDDY_TEST(CancelShapesTest, TemporariesOfTheSuspendedExpressionDieToo) {
  Counters counts;
  auto use = [](const Tracked& tracked, int n) { return tracked.value() + n; };
  auto task = create_task([&]() -> Task<int> {
    int n = use(Tracked(counts, 1), co_await later(2));
    co_return n;
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(counts.alive(), 0);
}

// 3b §2
EDDY_TEST(CancelShapesTest, ACatchAllCannotSwallowIt) {
  bool caught = false;
  bool passed = false;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await sleep(1h);
    } catch (...) {
      caught = true;
    }
    passed = true;
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(caught);
  EXPECT_FALSE(passed);
}

EDDY_TEST(CancelShapesTest, NoexceptFunctionsInTheChainAreNoObstacle) {
  auto outer = []() noexcept -> Task<> { co_await sleep_noexcept(); };
  auto task = create_task(outer);
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelShapesTest, CancelTwiceIsLikeOnce) {
  auto task = create_task(for_ever);
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancel("first"));
  EXPECT_TRUE(task.cancel("second"));
  auto result = co_await outcome(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_NE(result.error_as<TaskCancelled>(), nullptr);
}

EDDY_TEST(CancelShapesTest, CancelOfADoneTaskSaysFalseAndChangesNothing) {
  auto task = create_task(later, 3);
  co_await task;
  EXPECT_FALSE(task.cancel());
  EXPECT_FALSE(task.cancelled());
  EXPECT_EQ(task.result(), 3);
  auto cancelled = create_task(for_ever);
  co_await cancel_and_wait(cancelled);
  EXPECT_FALSE(cancelled.cancel());
}

EDDY_TEST(CancelShapesTest, ATaskThatCancelsItselfRunsUntilItsNextAwait) {
  std::string log;
  auto task = create_task([&]() -> Task<> {
    EXPECT_TRUE(current_task().cancel("enough"));
    log += "still running";
    co_await sleep(0s);
    log += ", and too far";
  });
  auto result = co_await outcome(task);
  EXPECT_EQ(log, "still running");
  EXPECT_TRUE(task.cancelled());
  EXPECT_NE(result.message().find("enough"), std::string::npos);
}

EDDY_TEST(CancelShapesTest, ATaskThatCancelsItselfAndReturnsHasItsValue) {
  auto task = create_task([]() -> Task<int> {
    current_task().cancel();
    co_return 3;
  });
  EXPECT_EQ(co_await task, 3);
  EXPECT_FALSE(task.cancelled());
}

EDDY_TEST(CancelShapesTest, CancelFromACallback) {
  auto task = create_task(for_ever);
  co_await test::all_blocked();
  get_running_loop().call_soon([&] { task.cancel(); });
  auto result = co_await outcome(task);
  EXPECT_NE(result.error_as<TaskCancelled>(), nullptr);
}

EDDY_TEST(CancelShapesTest, CancelFromATimer) {
  auto task = create_task(for_ever);
  auto before = now();
  get_running_loop().call_later(1s, [&] { task.cancel(); });
  auto result = co_await outcome(task);
  EXPECT_NE(result.error_as<TaskCancelled>(), nullptr);
  EXPECT_EQ(now() - before, 1s);
}

// 3b §1.2: an await is revocable until its waiter resumes, so what cancel() said is what happens.
EDDY_TEST(CancelShapesTest, CancelAsTheSleepEndsTakesTheSleepBack, test::Options{}.seed(0).shuffle(false)) {
  TaskHandle<int> task;
  bool asked = false;
  get_running_loop().call_later(1s, [&] { asked = task.cancel(); });  // due together with the sleep, and before it
  task = create_task(later, 1);
  co_await sleep(2s);
  EXPECT_TRUE(asked);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelShapesTest, CancellingTheAwaiterOfACoroutineCancelsThatCoroutine) {
  bool destroyed = false;
  auto inner = [&]() -> Task<int> {
    ScopeGuard guard([&] { destroyed = true; });
    co_return co_await later(1);
  };
  auto task = create_task([&]() -> Task<> { co_await inner(); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(destroyed);
}

EDDY_TEST(CancelShapesTest, ACancelReachesTheCurrentAwaitNotThoseBefore) {
  int steps = 0;
  auto task = create_task([&]() -> Task<> {
    for (;;) {
      co_await sleep(1s);
      ++steps;
    }
  });
  co_await sleep(3500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(steps, 3);
}

EDDY_TEST(CancelShapesTest, TheReasonShowsInTheMessage) {
  auto task = create_task(for_ever);
  task.set_name("watcher");
  task.cancel("shutting down");
  auto result = co_await outcome(task);
  EXPECT_EQ(result.message(), "task 'watcher' was cancelled: shutting down");
  auto silent = create_task(for_ever);
  silent.set_name("silent");
  silent.cancel();
  auto other = co_await outcome(silent);
  EXPECT_EQ(other.message(), "task 'silent' was cancelled");
}

EDDY_TEST(CancelShapesTest, CancelAndWaitOfADoneOneGoesOnAtOnce) {
  auto task = create_task(later, 3);
  co_await task;
  co_await cancel_and_wait(task);
  EXPECT_EQ(task.result(), 3);
}

EDDY_TEST(CancelShapesTest, CancelAndWaitOfItselfSaysSo) {
  auto task = create_task([]() -> Task<> {
    auto result = co_await outcome(cancel_and_wait(current_task()));
    EXPECT_NE(result.message().find("it could never end"), std::string::npos) << result.message();
  });
  co_await task;
}

}  // namespace
}  // namespace eddy

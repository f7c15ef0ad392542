// SPDX-License-Identifier: MIT
//
// What runs between the cancel and the end of the task.
#include <stdexcept>
#include <string>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> for_ever() { co_await sleep(1h); }

EDDY_TEST(CancelCleanupTest, AShieldHidesTheCancelUntilItEnds) {
  std::string log;
  auto task = create_task([&]() -> Task<> {
    co_await shield(sleep(1s));
    log += "shielded ";
    co_await sleep(1s);
    log += "unreached";
  });
  co_await test::all_blocked();
  auto before = now();
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "shielded ");
  EXPECT_EQ(now() - before, 1s);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelCleanupTest, AValueFromAShieldIsDeliveredAndTheCancelStaysPending) {
  int value = 0;
  bool passed = false;
  auto work = []() -> Task<int> {
    co_await sleep(1s);
    co_return 7;
  };
  auto task = create_task([&]() -> Task<> {
    value = co_await shield(work());
    co_await checkpoint();
    passed = true;
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(value, 7);
  EXPECT_FALSE(passed);
}

EDDY_TEST(CancelCleanupTest, CleanupAwaitsAlthoughItsTaskIsCancelled) {
  bool cleaned = false;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(1s);
    cleaned = true;
  };
  auto task = create_task([&]() -> Task<> { co_await on_cancel(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  auto before = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(cleaned);
  EXPECT_EQ(now() - before, 1s);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelCleanupTest, CancelDuringCleanupDoesNotInterruptIt) {
  bool cleaned = false;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(1s);
    co_await sleep(1s);
    cleaned = true;
  };
  auto task = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancel());
  co_await sleep(500ms);
  EXPECT_TRUE(task.cancel());  // cleaning up is not done yet
  co_await sleep(1s);
  EXPECT_TRUE(task.cancel());
  co_await cancel_and_wait(task);
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(task.cancelled());
}

// 3b §1.8
EDDY_TEST(CancelCleanupTest, CleanupThatThrowsIsWhatTheTaskEndsIn) {
  auto cleanup = []() -> Task<> {
    co_await sleep(1s);
    throw std::runtime_error("cannot close");
  };
  auto task = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  task.cancel();
  auto result = co_await outcome(task);
  EXPECT_EQ(result.message(), "cannot close");
  EXPECT_FALSE(task.cancelled());
}

EDDY_TEST(CancelCleanupTest, ACallOfPlainCleanupRunsToo) {
  bool cleaned = false;
  auto task = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { cleaned = true; }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(cleaned);
}

EDDY_TEST(CancelCleanupTest, NestedCleanupsRunFromTheInsideOut) {
  std::string log;
  auto close = [&](const char* what) -> Task<> {
    co_await sleep(1s);
    log += what;
  };
  auto inner = [&]() -> Task<> { co_await finally(for_ever(), [&] { return close("inner "); }); };
  auto task = create_task([&]() -> Task<> { co_await finally(inner(), [&] { return close("outer"); }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "inner outer");
}

EDDY_TEST(CancelCleanupTest, CleanupMayHaveTimeoutsOfItsOwn) {
  std::string log;
  auto cleanup = [&]() -> Task<> {
    auto result = co_await outcome(wait_for(for_ever(), 1s));
    if (result.error_as<TimeoutError>()) log += "gave up";
  };
  auto task = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "gave up");
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelCleanupTest, CleanupMayStartTasksOfItsOwn) {
  int ran = 0;
  auto child = [&]() -> Task<> {
    co_await sleep(1s);
    ++ran;
  };
  auto cleanup = [&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task(child);
      tg.create_task(child);
    });
  };
  auto task = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(ran, 2);
}

EDDY_TEST(CancelCleanupTest, LookAndCleanUpByHand) {
  std::string log;
  auto task = create_task([&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    if (result.cancelled()) {
      co_await shield(sleep(1s));
      log += "cleaned";
      co_await checkpoint();
    }
    log += " and too far";
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "cleaned");
  EXPECT_TRUE(task.cancelled());
}

// 3b §1.17
EDDY_TEST(CancelCleanupTest, ACancelledCancelAndWaitOfAnotherTaskLeavesThatToItsCleanup) {
  bool cleaned = false;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(2s);
    cleaned = true;
  };
  auto slow = create_task([&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); });
  co_await test::all_blocked();
  auto stopper = create_task([&]() -> Task<> { co_await cancel_and_wait(slow); });
  co_await sleep(1s);
  co_await cancel_and_wait(stopper);
  EXPECT_TRUE(stopper.cancelled());
  EXPECT_FALSE(slow.done());
  co_await cancel_and_wait(slow);
  EXPECT_TRUE(cleaned);
}

// 3b §1.12
EDDY_TEST(CancelCleanupTest, GuardsThatAskForUncaughtExceptionsSeeNoneInATeardown) {
  int uncaught = -1;
  auto task = create_task([&]() -> Task<> {
    ScopeGuard guard([&] { uncaught = std::uncaught_exceptions(); });
    co_await sleep(1h);
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_EQ(uncaught, 0);
}

}  // namespace
}  // namespace eddy

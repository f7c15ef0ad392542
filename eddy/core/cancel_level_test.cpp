// SPDX-License-Identifier: MIT
//
// Cancellation is a level, not an edge: once a scope is cancelled, every await in it that would suspend ends as
// cancelled.
#include <stdexcept>
#include <string>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> for_ever() { co_await sleep(1h); }
Task<int> ready(int n) { co_return n; }

/// Starts the body, cancels it when it waits, and waits for its end.
template <class F>
Task<AnyTask> cancelled_while_waiting(F& body) {
  auto task = create_task(std::ref(body));
  co_await test::all_blocked();
  task.cancel("test");
  co_await cancel_and_wait(task);
  co_return task;
}

EDDY_TEST(CancelLevelTest, ASwallowedCancelComesBackAtEveryFurtherAwait) {
  int cancelled = 0;
  auto body = [&]() -> Task<> {
    for (int i = 0; i < 5; ++i) {
      auto result = co_await outcome(sleep(1h));
      if (result.cancelled()) ++cancelled;
    }
    co_await for_ever();
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_EQ(cancelled, 5);
  EXPECT_TRUE(task.cancelled());
}

// 3b §2
EDDY_TEST(CancelLevelTest, AfterACancelledOutcomeACheckpointNeverPasses) {
  bool passed = false;
  auto body = [&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    EXPECT_TRUE(result.cancelled());
    co_await checkpoint();
    passed = true;
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_FALSE(passed);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelLevelTest, ATaskThatLooksAndReturnsAValueHasEndedWell) {
  auto body = []() -> Task<int> {
    auto result = co_await outcome(sleep(1h));
    co_return result.cancelled() ? 1 : 2;
  };
  auto task = create_task(body);
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancel());
  EXPECT_EQ(co_await task, 1);
  EXPECT_FALSE(task.cancelled());
}

EDDY_TEST(CancelLevelTest, RaisingThrowsCancelledThatNoStandardHandlerCatches) {
  bool as_std = false;
  bool as_cancelled = false;
  auto body = [&]() -> Task<> {
    try {
      co_await raising(sleep(1h));
    } catch (const std::exception&) {
      as_std = true;
    } catch (const Cancelled&) {
      as_cancelled = true;
    }
    co_await checkpoint();
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_FALSE(as_std);
  EXPECT_TRUE(as_cancelled);
  EXPECT_TRUE(task.cancelled());
}

// 3b §1.19
EDDY_TEST(CancelLevelTest, ACancelledThatEscapesACancelledTaskMakesItCancelled) {
  std::string log;
  auto inner = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "inner "; });
    co_await raising(sleep(1h));
  };
  auto body = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "outer"; });
    try {
      co_await inner();
    } catch (...) {
      log += "caught ";  // it left a frame as a cancellation again, not as an exception
    }
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(log, "inner outer");
}

// 3b §1.19
EDDY_TEST(CancelLevelTest, AStrayCancelledIsAnErrorLikeAnyOther) {
  auto body = []() -> Task<> {
    throw Cancelled("by hand");
    co_return;
  };
  auto task = create_task(body);
  auto result = co_await outcome(task);
  EXPECT_FALSE(task.cancelled());
  EXPECT_FALSE(result.cancelled());
  const Cancelled* stray = result.error_as<Cancelled>();
  CO_ASSERT_NE(stray, nullptr);
  EXPECT_EQ(stray->reason(), "by hand");
}

// 3b §1.7
EDDY_TEST(CancelLevelTest, AnErrorWinsOverACancelThatIsPending) {
  auto body = []() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    if (result.cancelled()) throw std::runtime_error("while being cancelled");
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_FALSE(task.cancelled());
  EXPECT_EQ(describe(task.exception()), "std::runtime_error: while being cancelled");
}

// 3b §1.7
EDDY_TEST(CancelLevelTest, ACancelStaysPendingBehindAnErrorThatIsCaught) {
  bool caught = false;
  bool passed = false;
  auto fails_when_cancelled = []() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    throw std::runtime_error("first");
  };
  auto body = [&]() -> Task<> {
    try {
      co_await fails_when_cancelled();
    } catch (const std::runtime_error&) {
      caught = true;
    }
    co_await sleep(1s);
    passed = true;
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_TRUE(caught);
  EXPECT_FALSE(passed);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelLevelTest, AwaitsThatAreReadyAtOnceAreNoCancellationPoints) {
  int sum = 0;
  auto body = [&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    for (int i = 0; i < 10; ++i) sum += co_await ready(1);
    co_await checkpoint();
  };
  co_await cancelled_while_waiting(body);
  EXPECT_EQ(sum, 10);
}

// 3b §1.16
EDDY_TEST(CancelLevelTest, ALoopOverReadyAwaitsEndsAllTheSame) {
  auto done = create_task(ready, 1);
  co_await done;
  auto body = [&]() -> Task<> {
    for (;;) co_await done;
  };
  auto task = create_task(body);
  for (int i = 0; i < 5; ++i) co_await checkpoint();  // time stands still while somebody is always ready
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(CancelLevelTest, ChildrenStartedAfterwardsNeverRun) {
  bool ran = false;
  auto body = [&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task([&]() -> Task<> {
        ran = true;
        co_return;
      });
    });
  };
  AnyTask task = co_await cancelled_while_waiting(body);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(ran);
}

EDDY_TEST(CancelLevelTest, ATaskOfTheLoopStartedAfterwardsRuns) {
  bool ran = false;
  auto body = [&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    create_task([&]() -> Task<> {
      ran = true;
      co_return;
    });
  };
  co_await cancelled_while_waiting(body);
  co_await test::all_blocked();
  EXPECT_TRUE(ran);
}

EDDY_TEST(CancelLevelTest, AScopeThatWasCancelledDoesNotOutliveItself) {
  auto result = co_await outcome(wait_for(for_ever(), 1s));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  auto before = now();
  co_await sleep(1s);  // outside of the scope nothing is cancelled
  EXPECT_EQ(now() - before, 1s);
}

}  // namespace
}  // namespace eddy

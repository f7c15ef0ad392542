// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<int> at_once(int n) { co_return n; }
Task<> fails() {
  co_await sleep(1s);
  throw std::runtime_error("broken");
}

EDDY_TEST(WaitForTest, GivesTheResultInTime) {
  EXPECT_EQ(co_await wait_for(later(5), 2s), 5);
  EXPECT_EQ(co_await wait_for(at_once(6), 2s), 6);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(WaitForTest, ThrowsTimeoutErrorWhenTheTimeIsUp) {
  auto before = now();
  bool caught = false;
  try {
    co_await wait_for(later(5), 500ms);
  } catch (const TimeoutError&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
  EXPECT_EQ(now() - before, 500ms);
}

EDDY_TEST(WaitForTest, ThrowsWhatTheTaskThrew) {
  auto result = co_await outcome(wait_for(fails(), 2s));
  EXPECT_EQ(result.message(), "broken");
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

Task<std::string&> lookup(std::string& text) {
  co_await sleep(1s);
  co_return text;
}

EDDY_TEST(WaitForTest, GivesAReferenceAsSuch) {
  std::string text = "eddy";
  std::string& by_task = co_await wait_for(lookup(text), 2s);
  EXPECT_EQ(&by_task, &text);
  std::string& by_callable = co_await wait_for([&]() -> std::string& { return text; }, 2s);
  EXPECT_EQ(&by_callable, &text);
  auto handle = create_task(later(5));
  const int& by_handle = co_await wait_for(handle, 2s);
  EXPECT_EQ(&by_handle, &handle.result());
}

EDDY_TEST(TryForTest, GivesACopyOfWhatAReferenceNames) {
  std::string text = "eddy";
  std::optional<std::string> copy = co_await try_for(lookup(text), 2s);
  text = "changed";
  EXPECT_EQ(copy, "eddy");
}

EDDY_TEST(WaitForTest, TakesACallable) {
  EXPECT_EQ(co_await wait_for([] { return later(1); }, 2s), 1);
  int captured = 2;
  auto body = [&]() -> Task<int> {
    co_await sleep(1s);
    co_return captured;
  };
  EXPECT_EQ(co_await wait_for(body, 2s), 2);
  EXPECT_EQ(co_await wait_for([] { return 3; }, 2s), 3);
}

EDDY_TEST(WaitForTest, TakesALambdaThatOwnsSomethingByItsName) {
  auto body = [p = std::make_shared<int>(4)]() -> Task<int> {
    co_await sleep(1s);
    co_return *p;
  };
  EXPECT_EQ(co_await wait_for(body, 2s), 4);
}

EDDY_TEST(WaitForTest, TakesOperations) {
  co_await wait_for(sleep(1s), 2s);
  auto result = co_await outcome(wait_for(sleep(2s), 1s));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(WaitForTest, WithoutALimitWaitsForEver) {
  EXPECT_EQ(co_await wait_for(later(5), no_timeout), 5);
  EXPECT_EQ(co_await wait_for([] { return later(6); }, no_timeout), 6);
  EXPECT_EQ(co_await wait_for(later(7), std::chrono::hours::max()), 7);
}

EDDY_TEST(WaitForTest, ZeroOrLessSucceedsForWhatIsReadyOnly) {
  EXPECT_EQ(co_await wait_for(at_once(1), 0s), 1);
  EXPECT_EQ(co_await wait_for(at_once(2), -1s), 2);
  auto done = create_task(at_once, 3);
  co_await done;
  EXPECT_EQ(co_await wait_for(done, 0s), 3);
  const std::chrono::seconds limits[] = {0s, -1s};
  for (auto limit : limits) {
    auto result = co_await outcome(wait_for(later(4), limit));
    EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  }
}

EDDY_TEST(WaitForTest, OfAHandleCancelsItsTaskWhenTheTimeIsUp) {
  bool ended = false;
  auto task = create_task([&]() -> Task<> {
    ScopeGuard guard([&] { ended = true; });
    co_await sleep(1h);
  });
  auto result = co_await outcome(wait_for(task, 1s));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(ended);
}

EDDY_TEST(WaitForTest, OfAHandleWaitsForTheTasksCleanup) {
  auto cleanup = []() -> Task<> { co_await sleep(3s); };
  auto task = create_task([&]() -> Task<> { co_await finally(sleep(1h), [&] { return cleanup(); }); });
  auto before = now();
  auto result = co_await outcome(wait_for(task, 1s));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(now() - before, 4s);
}

EDDY_TEST(WaitForTest, OfAHandleThatHasNotStartedAndNoTimeNeverRunsIt) {
  bool ran = false;
  auto task = create_task([&]() -> Task<> {
    ran = true;
    co_return;
  });
  auto result = co_await outcome(wait_for(task, 0s));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(WaitForTest, AHandlesValueThatComesInSpiteOfTheTimeoutIsDelivered) {
  auto task = create_task([]() -> Task<int> {
    auto result = co_await outcome(sleep(1h));
    co_return 9;
  });
  EXPECT_EQ(co_await wait_for(task, 1s), 9);
}

EDDY_TEST(WaitForTest, AHandlesErrorThatComesWhileEndingIsThrown) {
  auto task = create_task([]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    throw std::runtime_error("while ending");
  });
  auto result = co_await outcome(wait_for(task, 1s));
  EXPECT_EQ(result.message(), "while ending");
}

EDDY_TEST(WaitForTest, AHandleCancelledBySomebodyElseIsTaskCancelled) {
  auto task = create_task([]() -> Task<> { co_await sleep(1h); });
  get_running_loop().call_later(1s, [&] { task.cancel("by somebody else"); });
  auto result = co_await outcome(wait_for(task, 2s));
  EXPECT_NE(result.error_as<TaskCancelled>(), nullptr);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(WaitForTest, CancelledFromOutsideItCancelsTheHandlesTaskToo) {
  auto inner = create_task([]() -> Task<> { co_await sleep(1h); });
  auto outer = create_task([&]() -> Task<> { co_await wait_for(inner, 1h); });
  co_await test::all_blocked();
  co_await cancel_and_wait(outer);
  EXPECT_TRUE(outer.cancelled());
  EXPECT_TRUE(inner.cancelled());
}

EDDY_TEST(WaitForTest, CancelledFromOutsideItIsNoTimeout) {
  auto task = create_task([]() -> Task<> { co_await wait_for(sleep(1h), 2h); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

// 3b §1.20
EDDY_TEST(WaitForTest, LookingInsideHidesTheTimeoutLookingOutsideShowsIt) {
  auto inside = co_await wait_for(outcome(sleep(1h)), 1s);
  EXPECT_TRUE(inside.cancelled());
  auto outside = co_await outcome(wait_for(sleep(1h), 1s));
  EXPECT_NE(outside.error_as<TimeoutError>(), nullptr);
}

// 3b §2
EDDY_TEST(WaitForTest, OfAShieldedGatherWaitsForIt) {
  auto before = now();
  auto result = co_await outcome(wait_for(shield(gather(later(1), later(2))), 500ms));
  EXPECT_TRUE(result);  // it ran to its end, so its value passes
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(WaitForTest, AMoveOnlyResultMovesThrough) {
  auto make = []() -> Task<std::unique_ptr<int>> {
    co_await sleep(1s);
    co_return std::make_unique<int>(8);
  };
  std::unique_ptr<int> result = co_await wait_for(make(), 2s);
  EXPECT_EQ(*result, 8);
}

EDDY_TEST(WaitForTest, MayBeMadeLongBeforeItIsAwaited) {
  auto waiting = wait_for(later(5), 2s);
  co_await sleep(10s);
  EXPECT_EQ(co_await std::move(waiting), 5);  // the limit counts from the await
}

EDDY_TEST(TryForTest, GivesTheValueOrNothing) {
  std::optional<int> in_time = co_await try_for(later(5), 2s);
  EXPECT_EQ(in_time, 5);
  std::optional<int> late = co_await try_for(later(5), 500ms);
  EXPECT_EQ(late, std::nullopt);
}

EDDY_TEST(TryForTest, OfVoidSaysWhetherItWasInTime) {
  auto in_time = co_await try_for(sleep(1s), 2s);
  EXPECT_TRUE(in_time.has_value());
  auto late = co_await try_for(sleep(2s), 1s);
  EXPECT_FALSE(late.has_value());
}

EDDY_TEST(TryForTest, ThrowsErrorsAllTheSame) {
  auto result = co_await outcome(try_for(fails(), 2s));
  EXPECT_EQ(result.message(), "broken");
}

EDDY_TEST(TryForTest, TakesHandlesCallablesAndNoLimit) {
  auto task = create_task(later, 5);
  std::optional<int> of_handle = co_await try_for(task, 500ms);
  EXPECT_EQ(of_handle, std::nullopt);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(co_await try_for([] { return later(1); }, 2s), 1);
  EXPECT_EQ(co_await try_for(later(2), no_timeout), 2);
}

EDDY_TEST(TryForTest, CancelledFromOutsideItIsNotNothing) {
  bool passed = false;
  auto task = create_task([&]() -> Task<> {
    [[maybe_unused]] auto result = co_await try_for(sleep(1h), 2h);
    passed = true;
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(passed);
}

}  // namespace
}  // namespace eddy

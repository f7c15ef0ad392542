// SPDX-License-Identifier: MIT
//
// Objects with children of their own (Scope, as_completed, map_async) that outlive the scope in which they were first
// used: they neither carry its cancellation out nor hide another one.
#include <functional>
#include <optional>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/as_completed.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/scope.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/iter/iter.h"
#include "eddy/sync/event.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> nap() { co_await sleep(1h); }
Task<int> twice(int n) {
  co_await sleep(1s);
  co_return 2 * n;
}

Task<> set(bool& flag) {
  flag = true;
  co_return;
}

/// Counts the tasks that run it, until their cleanup is over.
Task<> count_me(int& alive) {
  ++alive;
  co_await finally(sleep(1h), [&]() -> Task<> {
    co_await sleep(1s);
    --alive;
  });
}

EDDY_TEST(OutlivingTest, AScopeFirstUsedInATimeoutThatExpiresIsUsableAfterIt) {
  Scope scope;
  auto body = [&]() -> Task<> {
    scope.create_task(nap());
    co_await sleep(1h);
  };
  bool timed_out = false;
  try {
    co_await timeout(10ms, body);
  } catch (const TimeoutError&) {
    timed_out = true;
  }
  EXPECT_TRUE(timed_out);
  co_await sleep(1s);  // we are not cancelled
  bool ran = false;
  scope.create_task(set, std::ref(ran));
  co_await scope.join();
  EXPECT_TRUE(ran);
  co_await scope.close();
}

EDDY_TEST(OutlivingTest, AScopeFirstUsedInAGroupThatIsCancelledIsUsableAfterIt) {
  Scope scope;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    scope.create_task(nap());
    tg.cancel();
    co_await checkpoint();
  });
  co_await sleep(1s);
  auto task = scope.create_task(twice(4));
  EXPECT_EQ(co_await task, 8);
  co_await scope.close();
}

EDDY_TEST(OutlivingTest, APipelineFirstAskedInATimeoutDoesNotCancelItsCaller) {
  std::vector<int> numbers{1, 2, 3};
  auto pipeline = numbers | iter::map_async(twice, 2);
  auto body = [&]() -> Task<> {
    (void)co_await pipeline.next();
    co_await sleep(1h);
  };
  auto ended = co_await outcome(wait_for(body, 2s));
  EXPECT_TRUE(ended.error_as<TimeoutError>());
  co_await sleep(1s);
}

EDDY_TEST(OutlivingTest, WhatIsMadeUnderAShieldDoesNotHideACancellation) {
  std::optional<Scope> scope;
  bool passed = false;
  auto task = create_task([&]() -> Task<> {
    auto shielded = [&]() -> Task<> {
      scope.emplace();
      scope->create_task(nap());
      co_await sleep(1s);
    };
    co_await shield(shielded());
    co_await sleep(1s);
    passed = true;
  });
  co_await sleep(500ms);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(passed);
}

EDDY_TEST(OutlivingTest, AScopeFirstUsedInABranchBelongsToTheTaskAroundIt) {
  int alive = 0;
  auto task = create_task([&]() -> Task<> {
    Scope scope;
    auto branch = [&]() -> Task<> {
      scope.create_task(count_me(alive));
      co_await sleep(1ms);
    };
    co_await gather(branch(), sleep(1ms));
    co_await sleep(1h);
  });
  co_await sleep(1s);
  EXPECT_EQ(alive, 1);
  co_await cancel_and_wait(task);
  EXPECT_EQ(alive, 0);  // the child ended before the task did
}

EDDY_TEST(OutlivingTest, WhatABranchLeavesBehindEndsBeforeItsTask) {
  int alive = 0;
  auto make = [&]() -> Task<AsCompleted<void>> {
    std::vector<Task<>> tasks;
    tasks.push_back(count_me(alive));
    auto completed = as_completed(std::move(tasks));
    co_await sleep(1ms);
    co_return completed;
  };
  auto task = create_task([&]() -> Task<> {
    auto [completed, unused] = co_await gather(make(), sleep(1ms));
    EXPECT_EQ(alive, 1);
    (void)completed;
    (void)unused;
  });
  co_await task;
  EXPECT_EQ(alive, 0);
}

EDDY_TEST(OutlivingTest, AScopeWhoseFirstUserWasCancelledTakesMore) {
  Scope scope;
  auto first = create_task([&]() -> Task<> {
    scope.create_task(nap());
    co_await sleep(1h);
  });
  co_await sleep(1ms);
  co_await cancel_and_wait(first);
  auto later = scope.create_task(twice(3));
  EXPECT_EQ(co_await later, 6);
  co_await scope.close();
}

EDDY_TEST(OutlivingTest, SeveralOfThemOneAboveTheOther) {
  Scope one;
  Scope two;
  auto inner = [&]() -> Task<> {
    two.create_task(nap());
    co_await sleep(1h);
  };
  auto outer = [&]() -> Task<> {
    one.create_task(nap());
    EXPECT_FALSE(co_await try_for(inner, 1s));
    co_await sleep(1h);
  };
  EXPECT_FALSE(co_await try_for(outer, 5s));
  co_await sleep(1s);
  co_await two.close();
  co_await one.close();
}

}  // namespace
}  // namespace eddy

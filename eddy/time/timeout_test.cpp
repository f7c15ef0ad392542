// SPDX-License-Identifier: MIT
#include "eddy/time/timeout.h"

#include <stdexcept>
#include <string>

#include "eddy/base/error.h"
#include "eddy/base/exception_group.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> for_ever() { co_await sleep(1h); }
Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<int> at_once(int n) { co_return n; }

EDDY_TEST(TimeoutTest, ABodyThatEndsInTimeGivesItsValue) {
  auto before = now();
  int n = co_await timeout(2s, [&](Timeout&) -> Task<int> { return later(5); });
  EXPECT_EQ(n, 5);
  EXPECT_EQ(now() - before, 1s);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutTest, ABodyThatDoesNotIsCancelledAndThenTheTimeoutThrows) {
  bool destroyed = false;
  bool passed = false;
  auto before = now();
  auto result = co_await outcome(timeout(1s, [&](Timeout&) -> Task<> {
    ScopeGuard guard([&] { destroyed = true; });
    co_await sleep(1h);
    passed = true;
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(destroyed);
  EXPECT_FALSE(passed);
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(TimeoutTest, WhatFollowsIsNotCancelled) {
  bool caught = false;
  try {
    co_await timeout(1s, [](Timeout&) { return for_ever(); });
  } catch (const TimeoutError&) {
    caught = true;
  }
  EXPECT_TRUE(caught);
  auto before = now();
  co_await sleep(3s);
  EXPECT_EQ(now() - before, 3s);
}

EDDY_TEST(TimeoutTest, TakesBodiesWithoutTheTimeoutPlainOnesAndAwaitables) {
  EXPECT_EQ(co_await timeout(1h, [] { return later(1); }), 1);
  EXPECT_EQ(co_await timeout(1h, [] { return 2; }), 2);
  co_await timeout(1h, [](Timeout&) {});
  EXPECT_EQ(co_await timeout(1h, later(3)), 3);
}

EDDY_TEST(TimeoutTest, KnowsItsDeadlineAndThatItHasNotExpired) {
  auto deadline = now() + 5s;
  co_await timeout(5s, [&](Timeout& t) -> Task<> {
    EXPECT_EQ(t.when(), deadline);
    co_await sleep(1s);
    EXPECT_EQ(t.when(), deadline);
    EXPECT_FALSE(t.expired());
  });
}

EDDY_TEST(TimeoutTest, ZeroLetsOnlyWhatIsReadyAtOnceSucceed) {
  EXPECT_EQ(co_await timeout(0s, [] { return at_once(1); }), 1);
  bool started = false;
  bool passed = false;
  auto before = now();
  auto result = co_await outcome(timeout(0s, [&](Timeout& t) -> Task<> {
    started = true;
    EXPECT_TRUE(t.expired());
    co_await sleep(0s);
    passed = true;
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(started);
  EXPECT_FALSE(passed);
  EXPECT_EQ(now(), before);
}

EDDY_TEST(TimeoutTest, NegativeIsLikeZero) {
  auto result = co_await outcome(timeout(-1h, [] { return for_ever(); }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(co_await timeout(-1h, [] { return at_once(1); }), 1);
  auto longest_ago = co_await outcome(timeout(std::chrono::hours::min(), [] { return for_ever(); }));
  EXPECT_NE(longest_ago.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(TimeoutTest, WithoutADeadlineNeverExpires) {
  auto before = now();
  co_await timeout(no_timeout, [&](Timeout& t) -> Task<> {
    EXPECT_EQ(t.when(), TimePoint::max());
    co_await sleep(1000h);
    EXPECT_FALSE(t.expired());
  });
  EXPECT_EQ(now() - before, 1000h);
  co_await timeout(std::chrono::hours::max(), [&](Timeout& t) -> Task<> {
    EXPECT_EQ(t.when(), TimePoint::max());
    co_await sleep(1h);
  });
}

// 3b §1.6
EDDY_TEST(TimeoutTest, AValueProducedAfterTheDeadlinePasses) {
  bool expired = false;
  int n = co_await timeout(1s, [&](Timeout& t) -> Task<int> {
    auto result = co_await outcome(sleep(1h));
    expired = t.expired();
    co_return 7;
  });
  EXPECT_EQ(n, 7);
  EXPECT_TRUE(expired);
}

// 3b §1.6
EDDY_TEST(TimeoutTest, AnErrorProducedAfterTheDeadlinePasses) {
  auto result = co_await outcome(timeout(1s, [&](Timeout&) -> Task<> {
    auto cancelled = co_await outcome(sleep(1h));
    throw std::runtime_error("while ending");
  }));
  EXPECT_EQ(result.message(), "while ending");
}

EDDY_TEST(TimeoutTest, AnErrorProducedBeforePassesAndDisarms) {
  auto result = co_await outcome(timeout(1s, [&](Timeout&) -> Task<> {
    throw std::runtime_error("early");
    co_return;
  }));
  EXPECT_EQ(result.message(), "early");
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutTest, TheBodysCleanupIsWaitedForHoweverLong) {
  auto before = now();
  auto cleanup = []() -> Task<> { co_await sleep(10s); };
  auto body = [&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); };
  auto result = co_await outcome(timeout(1s, body));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now() - before, 11s);
}

EDDY_TEST(TimeoutTest, AShieldInsideDelaysIt) {
  auto before = now();
  int value = 0;
  auto result = co_await outcome(timeout(500ms, [&](Timeout&) -> Task<> {
    value = co_await shield(later(4));
    co_await checkpoint();
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(value, 4);
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(TimeoutTest, EndsAGroupInside) {
  int alive = 0;
  auto child = [&]() -> Task<> {
    ++alive;
    ScopeGuard guard([&] { --alive; });
    co_await sleep(1h);
  };
  auto result = co_await outcome(timeout(1s, [&] {
    return task_group([&](TaskGroup& tg) {
      for (int i = 0; i < 3; ++i) tg.create_task(std::ref(child));
    });
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(alive, 0);
}

EDDY_TEST(TimeoutTest, AChildsTimeoutIsAnErrorOfTheGroupNotACancellation) {
  auto result = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task([] { return wait_for(for_ever(), 1s); });
    tg.create_task(for_ever);
  }));
  const auto* group = result.error_as<ExceptionGroup>();
  CO_ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->exceptions().size(), 1u);
}

EDDY_TEST(TimeoutTest, CancelledFromOutsideItIsNoTimeout) {
  auto task = create_task([]() -> Task<> { co_await timeout(1h, [] { return for_ever(); }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutTest, InACancelledTaskItEndsCancelledAtItsFirstAwait) {
  bool started = false;
  auto task = create_task([&]() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    co_await timeout(1h, [&](Timeout& t) -> Task<> {
      started = true;
      EXPECT_FALSE(t.expired());
      co_await checkpoint();
    });
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(started);
}

EDDY_TEST(TimeoutAtTest, EndsAtThatPointInTime) {
  auto deadline = now() + 2s;
  co_await sleep(1s);
  auto result = co_await outcome(timeout_at(deadline, [] { return for_ever(); }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now(), deadline);
  EXPECT_EQ(co_await timeout_at(now() + 2s, [] { return later(1); }), 1);
}

EDDY_TEST(TimeoutAtTest, ThePastAndNowAreDueAtOnce) {
  auto before = now();
  const TimePoint deadlines[] = {now(), now() - 1s};
  for (auto deadline : deadlines) {
    auto result = co_await outcome(timeout_at(deadline, [] { return for_ever(); }));
    EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  }
  EXPECT_EQ(now(), before);
}

EDDY_TEST(TimeoutAtTest, WithoutADeadlineNeverExpires) {
  EXPECT_EQ(co_await timeout_at(no_timeout, [] { return later(1); }), 1);
  EXPECT_EQ(co_await timeout_at(TimePoint::max(), [] { return later(2); }), 2);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include <string>

#include "eddy/base/error.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(TimeoutRescheduleTest, LaterGivesTheBodyMoreTime) {
  auto before = now();
  co_await timeout(1s, [&](Timeout& t) -> Task<> {
    co_await sleep(500ms);
    t.reschedule(now() + 2s);
    EXPECT_EQ(t.when(), before + 2500ms);
    co_await sleep(1900ms);
    EXPECT_FALSE(t.expired());
  });
  EXPECT_EQ(now() - before, 2400ms);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutRescheduleTest, SoonerGivesItLess) {
  auto before = now();
  auto result = co_await outcome(timeout(1h, [&](Timeout& t) -> Task<> {
    t.reschedule(now() + 1s);
    co_await sleep(10s);
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(TimeoutRescheduleTest, IntoThePastExpiresAtTheNextAwait) {
  bool passed = false;
  auto before = now();
  auto result = co_await outcome(timeout(1h, [&](Timeout& t) -> Task<> {
    t.reschedule(now() - 10s);
    co_await sleep(1s);
    passed = true;
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_FALSE(passed);
  EXPECT_EQ(now(), before);
}

EDDY_TEST(TimeoutRescheduleTest, IntoThePastChangesNothingForABodyThatEndsWithoutWaiting) {
  int n = co_await timeout(1h, [&](Timeout& t) -> Task<int> {
    t.reschedule(now() - 10s);
    EXPECT_FALSE(t.expired());
    co_return 3;
  });
  EXPECT_EQ(n, 3);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutRescheduleTest, ToNoTimeoutDisarmsIt) {
  auto before = now();
  co_await timeout(1s, [&](Timeout& t) -> Task<> {
    t.reschedule(no_timeout);
    EXPECT_EQ(t.when(), TimePoint::max());
    co_await sleep(10s);
    EXPECT_FALSE(t.expired());
  });
  EXPECT_EQ(now() - before, 10s);
}

EDDY_TEST(TimeoutRescheduleTest, FromNoTimeoutArmsIt) {
  auto before = now();
  auto result = co_await outcome(timeout(no_timeout, [&](Timeout& t) -> Task<> {
    co_await sleep(1s);
    t.reschedule(now() + 1s);
    co_await sleep(10s);
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now() - before, 2s);
}

EDDY_TEST(TimeoutRescheduleTest, ToTheSameTimeIsFine) {
  auto result = co_await outcome(timeout(1s, [&](Timeout& t) -> Task<> {
    auto deadline = t.when();
    t.reschedule(deadline);
    EXPECT_EQ(t.when(), deadline);
    co_await sleep(1h);
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

// 3b §1.6
EDDY_TEST(TimeoutRescheduleTest, AfterItsExpiryThrows) {
  std::string message;
  auto result = co_await outcome(timeout(1s, [&](Timeout& t) -> Task<> {
    auto cancelled = co_await outcome(sleep(1h));
    EXPECT_TRUE(t.expired());
    try {
      t.reschedule(now() + 1s);
    } catch (const RuntimeError& error) {
      message = error.what();
    }
    EXPECT_THROW(t.reschedule(no_timeout), RuntimeError);
    co_await checkpoint();
  }));
  EXPECT_EQ(message, "reschedule(): this timeout has expired already");
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(TimeoutRescheduleTest, OfOneThatWasBornExpiredThrows) {
  bool thrown = false;
  auto result = co_await outcome(timeout(0s, [&](Timeout& t) -> Task<> {
    try {
      t.reschedule(now() + 1h);
    } catch (const RuntimeError&) {
      thrown = true;
    }
    co_await checkpoint();
  }));
  EXPECT_TRUE(thrown);
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(TimeoutRescheduleTest, ManyTimesLeavesNoTimerBehind) {
  co_await timeout(1h, [&](Timeout& t) -> Task<> {
    for (int i = 0; i < 1000; ++i) {
      t.reschedule(now() + std::chrono::milliseconds(i % 7 == 0 ? 1 : i * 13 + 2));
      if (i % 100 == 0) co_await checkpoint();
    }
    t.reschedule(no_timeout);
  });
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(TimeoutRescheduleTest, AnOuterOneIsExtendedFromWithinAnInner) {
  auto before = now();
  co_await timeout(2s, [&](Timeout& outer) -> Task<> {
    auto result = co_await outcome(timeout(1s, [&](Timeout&) -> Task<> {
      outer.reschedule(now() + 5s);
      co_await sleep(1h);
    }));
    EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
    co_await sleep(3s);
  });
  EXPECT_EQ(now() - before, 4s);
}

// A watchdog: whatever makes progress pushes the deadline.
EDDY_TEST(TimeoutRescheduleTest, AnIdleTimeoutExpiresAfterTheLastProgress) {
  auto before = now();
  auto result = co_await outcome(timeout(2s, [&](Timeout& t) -> Task<> {
    for (int i = 0; i < 10; ++i) {
      co_await sleep(i < 5 ? 1s : 1h);
      t.reschedule(now() + 2s);
    }
  }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now() - before, 7s);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// 3b §1.6: of nested timeouts the outer one decides when both are due.
#include <optional>
#include <string>

#include "eddy/base/error.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> for_ever() { co_await sleep(1h); }

/// Whose TimeoutError came out of two nested timeouts: "inner", "outer" or "none".
Task<std::string> who_expires(Duration outer_limit, Duration inner_limit, Duration work) {
  std::string seen = "none";
  const void* outer_id = nullptr;
  const void* inner_id = nullptr;
  auto inner = [&](Timeout& t) -> Task<> {
    inner_id = t.id();
    co_await sleep(work);
  };
  auto outer = [&](Timeout& t) -> Task<> {
    outer_id = t.id();
    co_await timeout(inner_limit, inner);
  };
  try {
    co_await timeout(outer_limit, outer);
  } catch (const TimeoutError& error) {
    seen = error.scope() == outer_id ? "outer" : error.scope() == inner_id ? "inner" : "stranger";
  }
  co_return seen;
}

EDDY_TEST(TimeoutNestedTest, TheOneThatIsDueFirstExpires) {
  EXPECT_EQ(co_await who_expires(2s, 1s, 1h), "inner");
  EXPECT_EQ(co_await who_expires(1s, 2s, 1h), "outer");
  EXPECT_EQ(co_await who_expires(2s, 2s, 1s), "none");
}

EDDY_TEST(TimeoutNestedTest, TheOuterOneWinsWhenBothAreDue) {
  EXPECT_EQ(co_await who_expires(1s, 1s, 1h), "outer");
  EXPECT_EQ(co_await who_expires(0s, 0s, 1h), "outer");
  EXPECT_EQ(co_await who_expires(0s, 1s, 1h), "outer");
}

EDDY_TEST(TimeoutNestedTest, AnInnerOneThatIsPastAlreadyExpiresAloneWithinTheOuter) {
  EXPECT_EQ(co_await who_expires(1s, 0s, 1h), "inner");
  EXPECT_EQ(co_await who_expires(1s, -1s, 1h), "inner");
}

EDDY_TEST(TimeoutNestedTest, AnInnerCleanupThatLastsIntoTheOuterDeadlineIsTheOutersTimeout) {
  std::optional<bool> inner_expired;
  bool inner_caught = false;
  auto body = [&](Timeout& t) -> Task<> {
    co_await finally(for_ever(), [&]() -> Task<> {
      inner_expired = t.expired();
      co_await sleep(3s);
    });
  };
  auto outer = [&](Timeout&) -> Task<> {
    try {
      co_await timeout(1s, body);
    } catch (const TimeoutError&) {
      inner_caught = true;
    }
  };
  auto before = now();
  auto result = co_await outcome(timeout(2s, outer));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(inner_expired, true);
  EXPECT_FALSE(inner_caught);
  EXPECT_EQ(now() - before, 4s);
}

EDDY_TEST(TimeoutNestedTest, AfterTheInnerExpiredTheOuterGoesOn) {
  std::string log;
  co_await timeout(5s, [&](Timeout& t) -> Task<> {
    try {
      co_await timeout(1s, [] { return for_ever(); });
    } catch (const TimeoutError& error) {
      EXPECT_NE(error.scope(), t.id());
      log += "inner ";
    }
    co_await sleep(1s);
    EXPECT_FALSE(t.expired());
    log += "outer";
  });
  EXPECT_EQ(log, "inner outer");
}

EDDY_TEST(TimeoutNestedTest, TheErrorNamesItsScope) {
  const void* id = nullptr;
  std::string message;
  try {
    co_await timeout(1s, [&](Timeout& t) -> Task<> {
      id = t.id();
      co_await for_ever();
    });
  } catch (const TimeoutError& error) {
    EXPECT_EQ(error.scope(), id);
    message = error.what();
  }
  EXPECT_EQ(message, "timed out");
}

EDDY_TEST(TimeoutNestedTest, ATimeoutErrorOfTheBodyItselfIsNotOurs) {
  std::string message;
  try {
    co_await timeout(5s, [&](Timeout& t) -> Task<> {
      co_await sleep(1s);
      EXPECT_FALSE(t.expired());
      throw TimeoutError("somebody else's");
    });
  } catch (const TimeoutError& error) {
    message = error.what();
    EXPECT_EQ(error.scope(), nullptr);
  }
  EXPECT_EQ(message, "somebody else's");
}

EDDY_TEST(TimeoutNestedTest, ParallelOnesDoNotDisturbEachOther) {
  auto work = [](int n) -> Task<int> {
    co_await sleep(std::chrono::seconds(n));
    co_return n;
  };
  auto both = co_await gather(try_for(work(1), 2s), try_for(work(3), 2s));
  EXPECT_EQ(both.first, std::optional<int>(1));
  EXPECT_EQ(both.second, std::nullopt);
}

EDDY_TEST(TimeoutNestedTest, ManyLevelsDueTogetherGiveTheOutermostError) {
  int caught = 0;
  const void* outermost = nullptr;
  auto level4 = [&]() -> Task<> { co_await for_ever(); };
  auto level3 = [&]() -> Task<> {
    try {
      co_await timeout(1s, level4);
    } catch (const TimeoutError&) {
      ++caught;
    }
  };
  auto level2 = [&]() -> Task<> {
    try {
      co_await timeout(1s, level3);
    } catch (const TimeoutError&) {
      ++caught;
    }
  };
  auto level1 = [&](Timeout& t) -> Task<> {
    outermost = t.id();
    co_await level2();
  };
  const void* seen = nullptr;
  try {
    co_await timeout(1s, level1);
  } catch (const TimeoutError& error) {
    seen = error.scope();
  }
  EXPECT_EQ(caught, 0);
  EXPECT_EQ(seen, outermost);
}

}  // namespace
}  // namespace eddy

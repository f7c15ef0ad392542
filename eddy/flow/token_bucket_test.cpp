// SPDX-License-Identifier: MIT
#include "eddy/flow/token_bucket.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/race.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::TaskHandle;
using eddy::TokenBucket;

using Notes = std::vector<int>;

Task<> acquire_and_note(TokenBucket& bucket, std::size_t n, Notes& order, int name) {
  co_await bucket.acquire(n);
  order.push_back(name);
}

auto settle() { return eddy::sleep(1ns); }

EDDY_TEST(TokenBucket, StartsFullAndIsReadyAtOnce) {
  TokenBucket bucket{10.0, 5};
  auto t0 = eddy::now();
  EXPECT_EQ(bucket.available(), 5U);
  for (int i = 0; i < 5; ++i) co_await bucket.acquire();
  EXPECT_EQ(eddy::now(), t0);
  EXPECT_EQ(bucket.available(), 0U);
  EXPECT_FALSE(bucket.idle());
}

EDDY_TEST(TokenBucket, ThenGivesOneEachTenthOfASecond) {
  TokenBucket bucket{10.0, 5};
  for (int i = 0; i < 5; ++i) co_await bucket.acquire();
  auto t0 = eddy::now();
  for (int i = 1; i <= 7; ++i) {
    co_await bucket.acquire();
    EXPECT_EQ(eddy::now() - t0, i * 100ms);
  }
}

EDDY_TEST(TokenBucket, FillsUpToItsCapacityAndNoFurther) {
  TokenBucket bucket{10, 5};
  co_await bucket.acquire(5);
  co_await eddy::sleep(250ms);
  EXPECT_EQ(bucket.available(), 2U);
  co_await eddy::sleep(1h);
  EXPECT_EQ(bucket.available(), 5U);
  EXPECT_TRUE(bucket.idle());
}

EDDY_TEST(TokenBucket, TenPerSecondForAnHourIsExactlyThat) {
  TokenBucket bucket{10.0, 10};
  auto end = eddy::now() + 1h;
  int got = 0;
  while (eddy::now() <= end) {
    co_await bucket.acquire();
    if (eddy::now() <= end) ++got;
  }
  EXPECT_EQ(got, 36'000 + 10);
}

EDDY_TEST(TokenBucket, OddRatesDoNotDriftEither) {
  TokenBucket third{1.0 / 3, 1};
  TokenBucket seventh{7.0, 1};
  TokenBucket minute{7, 1min, 1};
  co_await eddy::gather(third.acquire(), seventh.acquire(), minute.acquire());
  auto t0 = eddy::now();
  for (int i = 0; i < 1000; ++i) co_await seventh.acquire();
  EXPECT_EQ(eddy::now() - t0, 142'857'142'857ns);  // a thousand sevenths, in whole nanoseconds
  co_await minute.acquire();                       // has one in reserve
  t0 = eddy::now();
  co_await third.acquire();
  for (int i = 0; i < 100; ++i) co_await third.acquire();
  EXPECT_EQ(eddy::now() - t0, 300s);
}

EDDY_TEST(TokenBucket, TokensInAPeriodHaveThatCapacityUnlessTold) {
  TokenBucket bucket{100, 1min};
  EXPECT_EQ(bucket.capacity(), 100U);
  co_await bucket.acquire(100);
  auto t0 = eddy::now();
  co_await bucket.acquire(100);
  EXPECT_EQ(eddy::now() - t0, 1min);
}

EDDY_TEST(TokenBucket, RefusesWhatItNeverHolds) {
  TokenBucket bucket{10.0, 5};
  try {
    co_await bucket.acquire(6);
    ADD_FAILURE() << "not refused";
  } catch (const eddy::RuntimeError& error) {
    EXPECT_STREQ(error.what(),
                 "TokenBucket::acquire(6): the bucket never holds more than 5 tokens: make its capacity larger, or ask "
                 "for them in parts");
  }
  EXPECT_THROW((void)bucket.try_acquire(6), eddy::RuntimeError);
}

EDDY_TEST(TokenBucket, RefusesRatesThatMakeNoSense) {
  EXPECT_THROW((TokenBucket{0.0, 1}), eddy::RuntimeError);
  EXPECT_THROW((TokenBucket{-1, 1}), eddy::RuntimeError);
  EXPECT_THROW((TokenBucket{1e10, 1}), eddy::RuntimeError);
  EXPECT_THROW((TokenBucket{1, 0}), eddy::RuntimeError);
  EXPECT_THROW((TokenBucket{0, 1s}), eddy::RuntimeError);
  EXPECT_THROW((TokenBucket{5, 0s}), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(TokenBucket, TryAcquireTakesWhatIsThere) {
  TokenBucket bucket{10.0, 3};
  EXPECT_TRUE(bucket.try_acquire(2));
  EXPECT_FALSE(bucket.try_acquire(2));
  EXPECT_TRUE(bucket.try_acquire());
  EXPECT_FALSE(bucket.try_acquire());
  co_await eddy::sleep(100ms);
  EXPECT_TRUE(bucket.try_acquire());
}

EDDY_TEST(TokenBucket, SmallRequestsDoNotOvertakeALargeOne) {
  TokenBucket bucket{10.0, 5};
  co_await bucket.acquire(4);
  Notes order;
  auto large = create_task(acquire_and_note, std::ref(bucket), 5, std::ref(order), 1);
  co_await settle();
  auto small = create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 2);
  co_await settle();
  EXPECT_EQ(bucket.available(), 1U);
  EXPECT_FALSE(bucket.try_acquire());
  EXPECT_EQ(bucket.n_waiting(), 2U);
  co_await large;
  co_await small;
  EXPECT_EQ(order, (Notes{1, 2}));
}

EDDY_TEST(TokenBucket, ALargeRequestThatLeavesLetsThoseBehindItThrough) {
  TokenBucket bucket{10.0, 5};
  co_await bucket.acquire(4);
  Notes order;
  auto large = create_task(acquire_and_note, std::ref(bucket), 5, std::ref(order), 1);
  co_await settle();
  auto small = create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 2);
  co_await settle();
  auto t0 = eddy::now();
  large.cancel();
  co_await small;
  EXPECT_EQ(eddy::now(), t0);
  EXPECT_EQ(order, Notes{2});
}

EDDY_TEST(TokenBucket, CancelledWaitersCostNothing) {
  TokenBucket bucket{10.0, 1};
  co_await bucket.acquire();
  auto t0 = eddy::now();
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 100; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), i));
    co_await eddy::sleep(0s);
  }
  for (int i = 0; i < 99; ++i) tasks[static_cast<std::size_t>(i)].cancel();
  co_await tasks.back();
  EXPECT_EQ(eddy::now() - t0, 100ms);
  EXPECT_EQ(order, Notes{99});
}

EDDY_TEST(TokenBucket, CancelledAfterTheGrantPassesItOn) {
  TokenBucket bucket{1.0, 1};
  co_await bucket.acquire();
  Notes order;
  auto a = create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 1);
  co_await settle();
  auto b = create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 2);
  auto t0 = eddy::now();
  auto killer = create_task([&]() -> Task<> {
    co_await eddy::sleep_until(t0 - 1ns + 1s);  // the grant is in this turn, before or after
    a.cancel();
  });
  co_await b;
  co_await killer;
  if (a.cancelled()) {
    EXPECT_EQ(order, Notes{2});
    EXPECT_LE(eddy::now() - t0, 1s);
  }
}

EDDY_TEST(TokenBucket, CancelledBeforeItStartsTakesNothing) {
  TokenBucket bucket{1.0, 1};
  Notes order;
  auto task = create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 1);
  task.cancel();
  co_await settle();
  EXPECT_EQ(bucket.available(), 1U);
}

EDDY_TEST(TokenBucket, InACancelledScopeOnlyWhatIsReadySucceeds) {
  TokenBucket bucket{1.0, 1};
  auto in_time = co_await eddy::try_for(bucket.acquire(), 0s);
  EXPECT_TRUE(in_time);
  auto late = co_await eddy::try_for(bucket.acquire(), 0s);
  EXPECT_FALSE(late);
  EXPECT_EQ(bucket.n_waiting(), 0U);
  auto body = [&]() -> Task<> {
    (void)co_await eddy::outcome(eddy::sleep(1h));
    (void)co_await eddy::outcome(bucket.acquire());
    EXPECT_EQ(bucket.n_waiting(), 0U);
  };
  auto task = create_task(body);
  co_await eddy::sleep(1ms);
  task.cancel();
  co_await eddy::sleep(1ms);
  EXPECT_TRUE(task.done());
  co_await eddy::sleep(1s);
  EXPECT_TRUE(bucket.idle());
}

EDDY_TEST(TokenBucket, ATimeoutLeavesTheLine) {
  TokenBucket bucket{1.0, 1};
  co_await bucket.acquire();
  auto in_time = co_await eddy::try_for(bucket.acquire(), 500ms);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(bucket.n_waiting(), 0U);
  auto late = co_await eddy::try_for(bucket.acquire(), 501ms);
  EXPECT_TRUE(late);
}

EDDY_TEST(TokenBucket, ReadyAtOnceStillLetsOthersRun) {
  TokenBucket bucket{1.0, 10'000};
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) co_await bucket.acquire();
  EXPECT_GE(turns, 5);
  EXPECT_EQ(bucket.available(), 9000U);
  other.cancel();
}

EDDY_TEST(TokenBucket, WithAcquiresOne) {
  TokenBucket bucket{1.0, 1};
  auto t0 = eddy::now();
  for (int i = 0; i < 3; ++i) {
    int got = co_await eddy::with(bucket, [&] { return i; });
    EXPECT_EQ(got, i);
  }
  EXPECT_EQ(eddy::now() - t0, 2s);
}

EDDY_TEST(TokenBucket, WhoLosesARaceSpendsNothing) {
  TokenBucket a{1.0, 1};
  TokenBucket b{1.0, 1};
  co_await eddy::race(a.acquire(), b.acquire());
  EXPECT_EQ(a.available() + b.available(), 1U);
  (void)a.try_acquire();
  (void)b.try_acquire();
  co_await eddy::race(a.acquire(), b.acquire());  // both are granted in one turn
  EXPECT_EQ(a.available() + b.available(), 1U);
}

TEST(TokenBucketTest, NeedsNoLoopToBeAsked) {
  TokenBucket bucket{0.001, 1};
  EXPECT_TRUE(bucket.idle());
  EXPECT_TRUE(bucket.try_acquire());
  EXPECT_FALSE(bucket.try_acquire());
  EXPECT_EQ(bucket.available(), 0U);
}

// A limiter outlives loops, and may be made before there is one.
TokenBucket global_bucket{1.0, 2};

TEST(TokenBucketTest, IsMadeBeforeALoopRunsAndOutlivesOne) {
  for (int i = 0; i < 2; ++i) {
    eddy::test::run([]() -> Task<> {
      co_await global_bucket.acquire();
      co_await global_bucket.acquire();
      co_await global_bucket.acquire();
    });
  }
}

TEST(TokenBucketTest, ALoopThatClosesEndsTheWaitAndTheTimer) {
  TokenBucket bucket{0.001, 1};
  for (int i = 0; i < 2; ++i) {
    eddy::Loop loop;
    std::vector<TaskHandle<>> waiters;
    loop.run_until_complete([&]() -> Task<> {
      (void)bucket.try_acquire();
      waiters.push_back(create_task([&]() -> Task<> { co_await bucket.acquire(); }));
      waiters.push_back(create_task([&]() -> Task<> { co_await bucket.acquire(); }));
      co_await eddy::checkpoint();
      EXPECT_EQ(bucket.n_waiting(), 2U);
      EXPECT_EQ(loop.timers().size(), 1U) << "one timer for all";
    });
    loop.close();
    EXPECT_EQ(loop.timers().size(), 0U);
    EXPECT_EQ(bucket.n_waiting(), 0U);
    EXPECT_TRUE(waiters[0].cancelled() && waiters[1].cancelled());
  }
}

EDDY_TEST(TokenBucket, HundredThousandWait) {
  TokenBucket bucket{1'000'000, 1};
  Notes order;
  std::vector<TaskHandle<>> tasks;
  constexpr std::size_t kMany = 100'000;
  tasks.reserve(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(bucket), 1, std::ref(order), 0));
  }
  co_await settle();
  for (std::size_t i = 0; i < kMany; i += 2) tasks[i].cancel();
  auto t0 = eddy::now();
  co_await tasks.back();
  EXPECT_LE(eddy::now() - t0, 50ms);
  co_await eddy::sleep(100ms);
  auto cancelled = std::count_if(tasks.begin(), tasks.end(), [](auto& task) { return task.cancelled(); });
  EXPECT_EQ(order.size(), kMany - static_cast<std::size_t>(cancelled));
}

}  // namespace

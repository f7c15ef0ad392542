// SPDX-License-Identifier: MIT
#include "eddy/flow/acquire_all.h"

#include <chrono>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/adaptive_limit.h"
#include "eddy/flow/sliding_window.h"
#include "eddy/flow/token_bucket.h"
#include "eddy/sync/semaphore.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::acquire_all;
using eddy::create_task;
using eddy::now;
using eddy::Semaphore;
using eddy::SlidingWindow;
using eddy::Task;
using eddy::TaskHandle;
using eddy::TokenBucket;

EDDY_TEST(AcquireAll, HoldsPermitsUntilItIsDestroyed) {
  Semaphore a{1};
  Semaphore b{2};
  TokenBucket bucket{1.0, 1};
  {
    auto held = co_await acquire_all(bucket, a, b);
    EXPECT_TRUE(a.locked());
    EXPECT_EQ(b.available(), 1U);
    EXPECT_EQ(bucket.available(), 0U);
    EXPECT_TRUE(held.permit<1>());
  }
  EXPECT_FALSE(a.locked());
  EXPECT_EQ(b.available(), 2U);
  EXPECT_EQ(bucket.available(), 0U) << "a token is spent";
}

EDDY_TEST(AcquireAll, OppositeOrdersDoNotDeadlock) {
  Semaphore a{1};
  Semaphore b{1};
  int done = 0;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(create_task([&, i]() -> Task<> {
      if (i % 2 == 0) {
        auto held = co_await acquire_all(a, b);
        co_await eddy::sleep(1ms);
      } else {
        auto held = co_await acquire_all(b, a);
        co_await eddy::sleep(1ms);
      }
      ++done;
    }));
  }
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(done, 20);
}

EDDY_TEST(AcquireAll, OppositeOrdersOfRatesDoNotDeadlock) {
  TokenBucket a{1.0, 1};
  SlidingWindow b{1, 3s};
  auto t0 = now();
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(create_task([&, i]() -> Task<> {
      if (i % 2 == 0) {
        auto held = co_await acquire_all(a, b);
      } else {
        auto held = co_await acquire_all(b, a);
      }
    }));
  }
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(now() - t0, 27s);
}

EDDY_TEST(AcquireAll, CancelledItBurnsNoToken) {
  Semaphore gate{0};
  TokenBucket bucket{0.001, 3};
  SlidingWindow window{1, 1h};
  co_await window.acquire();
  auto in_time = co_await eddy::try_for(acquire_all(bucket, gate), 1s);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(bucket.available(), 3U);
  auto again = co_await eddy::try_for(acquire_all(bucket, window), 1s);
  EXPECT_FALSE(again);
  EXPECT_EQ(bucket.available(), 3U);
  EXPECT_TRUE(bucket.idle());
}

EDDY_TEST(AcquireAll, RandomCancelsLoseNothing) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    eddy::Random random(seed);
    Semaphore semaphore{2};
    eddy::AdaptiveLimit adaptive(eddy::AdaptiveLimitOptions{}.start(3));
    TokenBucket bucket{1000, 2};
    std::vector<TaskHandle<>> tasks;
    int served = 0;
    auto start = now();
    for (int i = 0; i < 50; ++i) {
      tasks.push_back(create_task([&]() -> Task<> {
        auto held = co_await acquire_all(bucket, adaptive, semaphore);
        ++served;
        co_await eddy::sleep(1ms);
      }));
      if (random.below(3) == 0) co_await eddy::sleep(std::chrono::microseconds(random.below(2000)));
      if (random.below(2) == 0) tasks[random.below(tasks.size())].cancel();
    }
    co_await eddy::sleep(1s);
    EXPECT_GT(served, 0);
    EXPECT_LE(served, 2 + (now() - start) / 1ms);
    EXPECT_EQ(semaphore.available(), 2U);
    EXPECT_EQ(adaptive.in_flight(), 0U);
    EXPECT_TRUE(bucket.idle());
  }
}

}  // namespace

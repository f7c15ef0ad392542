// SPDX-License-Identifier: MIT
#include "eddy/flow/keyed_limiter.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/with.h"
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
using eddy::create_task;
using eddy::KeyedLimiter;
using eddy::now;
using eddy::Semaphore;
using eddy::SlidingWindow;
using eddy::Task;
using eddy::TokenBucket;

EDDY_TEST(KeyedLimiter, EachKeyHasItsOwn) {
  KeyedLimiter<std::string, TokenBucket> per_host{1.0, 1};
  auto t0 = now();
  co_await per_host.acquire("a.org");
  co_await per_host.acquire("b.org");
  EXPECT_EQ(now(), t0);
  co_await per_host.acquire("a.org");
  EXPECT_EQ(now() - t0, 1s);
  EXPECT_EQ(per_host.size(), 2U);
}

EDDY_TEST(KeyedLimiter, TakesWhatTheLimitersAcquireTakes) {
  KeyedLimiter<std::string, TokenBucket> per_host{1.0, 5};
  auto t0 = now();
  std::string host = "a.org";
  co_await per_host.acquire(host, 5);
  co_await per_host.acquire(host, 2);
  EXPECT_EQ(now() - t0, 2s);
  EXPECT_THROW(co_await per_host.acquire(host, 6), eddy::RuntimeError);
}

EDDY_TEST(KeyedLimiter, ALimiterCanBeMadeForItsKey) {
  KeyedLimiter<std::string, SlidingWindow> per_host(
      [](const std::string& host) { return host == "fast.org" ? SlidingWindow{100, 1s} : SlidingWindow{1, 1s}; });
  auto t0 = now();
  for (int i = 0; i < 100; ++i) co_await per_host.acquire("fast.org");
  EXPECT_EQ(now(), t0);
  for (int i = 0; i < 3; ++i) co_await per_host.acquire("slow.org");
  EXPECT_EQ(now() - t0, 2s);
}

EDDY_TEST(KeyedLimiter, APermitIsReturned) {
  KeyedLimiter<int, Semaphore> per_user{2};
  auto a = co_await per_user.acquire(7);
  auto b = co_await per_user.acquire(7);
  auto waiter = create_task([&]() -> Task<> { auto c = co_await per_user.acquire(7); });
  co_await eddy::sleep(1s);
  EXPECT_FALSE(waiter.done());
  auto moved = std::move(a);
  moved.release();
  co_await waiter;
  EXPECT_FALSE(moved);
  EXPECT_TRUE(b);
  b = std::move(moved);
  EXPECT_EQ(per_user.size(), 1U);
  per_user.forget_idle();
  EXPECT_EQ(per_user.size(), 1U) << "b still refers to it";
  {
    auto gone = std::move(b);
  }
  per_user.forget_idle();
  EXPECT_EQ(per_user.size(), 0U);
}

EDDY_TEST(KeyedLimiter, VeryManyHostsDoNotStay) {
  KeyedLimiter<int, TokenBucket> per_host{1000.0, 1};
  std::size_t most = 0;
  for (int host = 0; host < 100'000; ++host) {
    co_await per_host.acquire(host);
    if (host % 10 == 0) co_await eddy::sleep(1ms);
    most = std::max(most, per_host.size());
  }
  EXPECT_LE(most, 30U);
}

EDDY_TEST(KeyedLimiter, OnesInUseAreNotForgotten) {
  KeyedLimiter<int, Semaphore> per_user{1};
  auto held = co_await per_user.acquire(0);
  for (int user = 1; user < 1000; ++user) auto permit = co_await per_user.acquire(user);
  EXPECT_LE(per_user.size(), 4U);
  auto in_time = co_await eddy::try_for(per_user.acquire(0), 1s);
  EXPECT_FALSE(in_time);
}

EDDY_TEST(KeyedLimiter, SpentOnesAreNotForgottenBeforeTheyAreFull) {
  KeyedLimiter<int, TokenBucket> per_host{1.0, 1};
  auto t0 = now();
  co_await per_host.acquire(0);
  for (int host = 1; host < 100; ++host) co_await per_host.acquire(host);
  EXPECT_EQ(per_host.size(), 100U);
  co_await per_host.acquire(0);
  EXPECT_EQ(now() - t0, 1s);
  co_await eddy::sleep(1s);
  per_host.forget_idle();
  EXPECT_EQ(per_host.size(), 0U);
}

EDDY_TEST(KeyedLimiter, ACancelledWaiterLetsGoOfItsKey) {
  KeyedLimiter<std::string, SlidingWindow> per_host{1, 1s};
  co_await per_host.acquire("a.org");
  auto in_time = co_await eddy::try_for(per_host.acquire("a.org"), 500ms);
  EXPECT_FALSE(in_time);
  co_await eddy::sleep(500ms);
  per_host.forget_idle();
  EXPECT_EQ(per_host.size(), 0U);
}

EDDY_TEST(KeyedLimiter, WithAcquires) {
  KeyedLimiter<std::string, Semaphore> per_host{1};
  int inside = 0;
  int most = 0;
  auto work = [&]() -> Task<> {
    co_await eddy::with(per_host.of("a.org"), [&]() -> Task<> {
      most = std::max(most, ++inside);
      co_await eddy::sleep(1s);
      --inside;
    });
  };
  auto t0 = now();
  co_await eddy::gather(work(), work(), work());
  EXPECT_EQ(most, 1);
  EXPECT_EQ(now() - t0, 3s);
  KeyedLimiter<std::string, TokenBucket> rate{1.0, 1};
  for (int i = 0; i < 3; ++i) co_await eddy::with(rate.of("a.org"), [&] { ++inside; });
  EXPECT_EQ(now() - t0, 5s);
}

EDDY_TEST(KeyedLimiter, WorksForOtherLimitersWithPermits) {
  KeyedLimiter<std::string, eddy::AdaptiveLimit> per_host(eddy::AdaptiveLimitOptions{}.start(1));
  auto permit = co_await per_host.acquire("a.org");
  permit->succeeded();
  auto again = co_await per_host.acquire("a.org");
  EXPECT_TRUE(again);
}

EDDY_TEST(KeyedLimiter, KeepsWhatAnAdaptiveLimitHasFoundOut) {
  KeyedLimiter<std::string, eddy::AdaptiveLimit> per_host(eddy::AdaptiveLimitOptions{}.start(16));
  for (int i = 0; i < 2; ++i) (co_await per_host.acquire("a.org"))->rejected();
  for (int i = 0; i < 5; ++i) (co_await per_host.acquire("b.org"))->release();
  EXPECT_EQ(per_host.size(), 2U);
  per_host.forget_idle();
  EXPECT_EQ(per_host.size(), 1U) << "b.org is as good as new";
}

struct Unhashable {
  bool operator==(const Unhashable&) const { return true; }
};

}  // namespace

template <>
struct std::hash<Unhashable> {
  std::size_t operator()(const Unhashable&) const { throw std::runtime_error("no hash"); }
};

namespace {

EDDY_TEST(KeyedLimiter, AHashThatThrowsIsTheCallersError) {
  KeyedLimiter<Unhashable, Semaphore> limiter{1};
  EXPECT_THROW((void)limiter.acquire(Unhashable()), std::runtime_error);
  co_return;
}

}  // namespace

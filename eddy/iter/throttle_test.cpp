// SPDX-License-Identifier: MIT
#include "eddy/iter/throttle.h"

#include <stdexcept>
#include <vector>

#include "eddy/combine/outcome.h"
#include "eddy/iter/collect.h"
#include "eddy/test/test.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

EDDY_TEST(Throttle, SpacesItemsAndLosesNone) {
  const Ints numbers = {1, 2, 3, 4};
  auto start = now();
  std::vector<Duration> when;
  auto pipeline = numbers | it::throttle(100ms);
  while (auto item = co_await pipeline.next()) when.push_back(now() - start + *item * 0s);
  EXPECT_EQ(when, (std::vector<Duration>{0ms, 100ms, 200ms, 300ms}));
  EXPECT_EQ(now() - start, 300ms) << "the end is not waited for";
}

EDDY_TEST(Throttle, TimeThatTheConsumerTakesCounts) {
  const Ints numbers = {2, 2, 2};
  auto start = now();
  auto pipeline = numbers | it::throttle(100ms);
  while (auto item = co_await pipeline.next()) co_await sleep(*item * 35ms);
  EXPECT_EQ(now() - start, 270ms);
}

EDDY_TEST(Throttle, SlowItemsPassAtOnceAndSaveNothingUp) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 0;
    co_await sleep(1s);
    co_yield 1;
    co_yield 2;
    co_yield 3;
  };
  auto start = now();
  std::vector<Duration> when;
  auto pipeline = source() | it::throttle(100ms);
  while (auto item = co_await pipeline.next()) when.push_back(now() - start + *item * 0s);
  EXPECT_EQ(when, (std::vector<Duration>{0ms, 1000ms, 1100ms, 1200ms}));
}

/// Lets one through each second.
struct EverySecond {
  TimePoint next = now();
  int acquired = 0;
  Task<> acquire() {
    co_await sleep_until(next);
    next += 1s;
    ++acquired;
  }
};

EDDY_TEST(Throttle, AsksALimiterForEachItem) {
  EverySecond limiter;
  auto start = now();
  const Ints numbers = {1, 2, 3};
  auto all = co_await it::collect(numbers | it::throttle(limiter));
  EXPECT_EQ(all, (Ints{1, 2, 3}));
  EXPECT_EQ(limiter.acquired, 3) << "none for the end";
  EXPECT_EQ(now() - start, 2s);
}

EDDY_TEST(Throttle, TwoPipelinesMayShareALimiter) {
  EverySecond limiter;
  auto first = Ints{1, 2} | it::throttle(limiter);
  auto second = Ints{3, 4} | it::throttle(limiter);
  auto start = now();
  co_await first.next();
  co_await second.next();
  co_await first.next();
  co_await second.next();
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(Throttle, CancelledWhileAnItemWaits) {
  auto numbers = Ints{1, 2};
  auto pipeline = numbers | it::throttle(1h);
  co_await pipeline.next();
  auto second = co_await try_for(pipeline.next(), 1s);
  EXPECT_FALSE(second.has_value());
}

EDDY_TEST(Throttle, AnErrorPasses) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    throw std::runtime_error("source");
  };
  auto pipeline = source() | it::throttle(1s);
  co_await pipeline.next();
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
}

EDDY_TEST(Throttle, OfATimeWithoutEndGivesTheFirst) {
  auto pipeline = std::vector<int>{1, 2} | it::throttle(std::chrono::hours::max());
  co_await pipeline.next();
  EXPECT_FALSE(co_await try_for(pipeline.next(), 24h));
}

}  // namespace
}  // namespace eddy

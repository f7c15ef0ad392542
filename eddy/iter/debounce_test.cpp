// SPDX-License-Identifier: MIT
#include "eddy/iter/debounce.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/iter/collect.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

/// Items at the given times after the start; the item is its number.
AsyncGenerator<int> at(std::vector<Duration> times, int* gone = nullptr) {
  ScopeGuard mark([gone] {
    if (gone) ++*gone;
  });
  TimePoint start = now();
  for (std::size_t i = 0; i < times.size(); ++i) {
    co_await sleep_until(start + times[i]);
    co_yield static_cast<int>(i);
  }
}

EDDY_TEST(Debounce, GivesTheLastItemOfEachBurst) {
  std::vector<Duration> times = {1s, 1100ms, 1200ms, 5s, 10s, 10100ms, 20s};
  auto pipeline = at(times) | it::debounce(300ms);
  Ints seen;
  std::vector<Duration> when;
  TimePoint start = now();
  while (auto item = co_await pipeline.next()) {
    seen.push_back(*item);
    when.push_back(now() - start);
  }
  EXPECT_EQ(seen, (Ints{2, 3, 5, 6}));
  EXPECT_EQ(when, (std::vector<Duration>{1500ms, 5300ms, 10400ms, 20s}))
      << "the last one waits for nothing: no newer can come";
}

EDDY_TEST(Debounce, OfABurstThatNeverPausesGivesOnlyTheEnd) {
  std::vector<Duration> times;
  for (int i = 1; i <= 100; ++i) times.push_back(i * 100ms);
  auto all = co_await it::collect(at(times) | it::debounce(101ms));
  EXPECT_EQ(all, Ints{99});
}

EDDY_TEST(Debounce, OfASourceThatIsReadyAtOnceIsItsLastItem) {
  const Ints numbers = {1, 2, 3};
  auto all = co_await it::collect(numbers | it::debounce(1s));
  EXPECT_EQ(all, Ints{3});
  all = co_await it::collect(Ints() | it::debounce(1s));
  EXPECT_TRUE(all.empty());
}

EDDY_TEST(Debounce, ASlowConsumerGetsTheNewest) {
  std::vector<Duration> times = {1s, 10s, 20s, 30s, 100s};
  auto pipeline = at(times) | it::debounce(1s);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 0);
  co_await sleep(40s);
  TimePoint asked = now();
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, 3);
  EXPECT_EQ(now(), asked) << "it has been quiet for long";
}

EDDY_TEST(Debounce, AnItemAsTheTimeIsUpDecidesEitherWayAndNothingIsLost) {
  std::vector<Duration> times = {1s, 2s};
  auto all = co_await it::collect(at(times) | it::debounce(1s));
  CO_ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back(), 1);
  EXPECT_LE(all.size(), 2U);
}

EDDY_TEST(Debounce, AnErrorComesAfterTheItemBeforeIt) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    co_await sleep(100ms);
    throw std::runtime_error("source");
  };
  auto pipeline = source() | it::debounce(1s);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 1);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
}

EDDY_TEST(Debounce, LeftEarlyOrCancelledItsSourceEnds) {
  int gone = 0;
  std::vector<Duration> times(10, 1h);
  times[0] = 1s;
  auto task = create_task([&]() -> Task<> {
    auto pipeline = at(times, &gone) | it::debounce(1s);
    co_await pipeline.next();
  });
  co_await task;
  EXPECT_EQ(gone, 1);
  auto waiting = it::collect(at(times, &gone) | it::debounce(1h));
  auto in_time = co_await try_for(std::move(waiting), 10s);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(gone, 2);
}

EDDY_TEST(Debounce, OfATimeWithoutEndGivesTheLast) {
  const std::vector<Duration> times{1s, 2h, 3h};
  auto items = co_await it::collect(at(times) | it::debounce(std::chrono::hours::max()));
  EXPECT_EQ(items.size(), 1U);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/iter/map_unordered.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/iter/collect.h"
#include "eddy/iter/gauge_test.h"
#include "eddy/iter/take.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

using Gauge = iter_test::Gauge<1>;
using iter_test::ticks;
using iter_test::up_to;

EDDY_TEST(MapUnordered, GivesResultsAsTheyComeAndKeepsTheBound) {
  Gauge gauge;
  const Ints seconds = {6, 1, 3, 1, 3};
  auto start = now();
  auto results = co_await it::collect(seconds | it::map_unordered([&](int s) { return gauge.work(s, 1s * s); }, 2));
  EXPECT_EQ(results, (Ints{1, 3, 1, 6, 3}));
  EXPECT_EQ(gauge.most, 2);
  EXPECT_EQ(now() - start, 8s);
}

EDDY_TEST(MapUnordered, OfNothingIsNothing) {
  auto same = [](int i) -> Task<int> { co_return i; };
  auto results = co_await it::collect(Ints() | it::map_unordered(same, 3));
  EXPECT_TRUE(results.empty());
  results = co_await it::collect(ticks(1s, 0) | it::map_unordered(same, 3));
  EXPECT_TRUE(results.empty());
  EXPECT_THROW((void)it::map_unordered(same, 0), RuntimeError);
}

EDDY_TEST(MapUnordered, NothingStartsBeforeTheFirstNext) {
  Gauge gauge;
  {
    auto pipeline = up_to(3) | it::map_unordered([&](int i) { return gauge.work(i, 1s); }, 3);
    co_await sleep(1s);
  }
  EXPECT_EQ(gauge.most, 0);
}

EDDY_TEST(MapUnordered, CallsMayBeReadyAtOnceOrReturnNothing) {
  auto ready = co_await it::collect(up_to(300) | it::map_unordered([](int i) -> Task<int> { co_return i; }, 4));
  std::sort(ready.begin(), ready.end());
  EXPECT_EQ(ready, up_to(300));
  auto units = co_await it::count(up_to(5) | it::map_unordered([](int) { return sleep(1s); }, 2));
  EXPECT_EQ(units, 5U);
}

EDDY_TEST(MapUnordered, HandsOutReferences) {
  Ints numbers = {3, 1, 2};
  auto same = [](int& i) -> Task<int&> {
    co_await sleep(1s * i);
    co_return i;
  };
  auto pipeline = numbers | it::map_unordered(same, 3);
  while (int* i = co_await pipeline.next()) *i *= 10;
  EXPECT_EQ(numbers, (Ints{30, 10, 20}));
}

EDDY_TEST(MapUnordered, ASlowConsumerIsNotRunAheadOf) {
  Gauge gauge;
  auto pipeline = up_to(100) | it::map_unordered([&](int i) { return gauge.work(i, 1s); }, 4);
  co_await pipeline.next();
  co_await sleep(1h);
  EXPECT_EQ(gauge.ended, 5) << "the one that was taken, and four that wait";
}

EDDY_TEST(MapUnordered, ASlowSourceDoesNotKeepResultsBack) {
  Gauge gauge;
  auto start = now();
  auto pipeline = ticks(1h, 2) | it::map_unordered([&](int i) { return gauge.work(i, 1s); }, 10);
  co_await pipeline.next();
  EXPECT_EQ(now() - start, 1h + 1s);
}

EDDY_TEST(MapUnordered, ALimitFarBeyondTheItemsCostsNothing) {
  Gauge gauge;
  auto all = std::numeric_limits<std::size_t>::max() / 2;
  auto results = co_await it::collect(ticks(1s, 5) | it::map_unordered([&](int i) { return gauge.work(i, 1h); }, all));
  EXPECT_EQ(results, (Ints{0, 1, 2, 3, 4}));
  EXPECT_EQ(gauge.most, 5);
}

EDDY_TEST(MapUnordered, TheFirstErrorCancelsTheRest) {
  Gauge gauge;
  auto work = [&](int i) -> Task<int> {
    auto result = co_await gauge.work(i, i == 2 ? 2s : i == 0 ? 1s : 1h);
    if (i == 2) throw std::runtime_error("two");
    co_return result;
  };
  auto pipeline = up_to(9) | it::map_unordered(work, 3);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 0);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "two");
  co_await sleep(1s);
  EXPECT_EQ(gauge.running, 0);
  auto after = co_await pipeline.next();
  EXPECT_FALSE(after);
}

EDDY_TEST(MapUnordered, OfSeveralErrorsTheFirstInTimeComesOut) {
  auto work = [](int i) -> Task<int> {
    if (i == 0) co_return 0;
    co_await sleep(1s * (4 - i));
    throw std::runtime_error(std::to_string(i));
  };
  auto pipeline = up_to(4) | it::map_unordered(work, 4);
  co_await pipeline.next();
  co_await sleep(1h);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "3");
  EXPECT_EQ(test::lost_errors().size(), 2U) << "the others go to the handler";
}

EDDY_TEST(MapUnordered, ResultsThatCameBeforeTheErrorAreHandedOutFirst) {
  auto work = [](int i) -> Task<int> {
    co_await sleep(1s * i);
    if (i == 2) throw std::runtime_error("two");
    co_return i;
  };
  auto pipeline = up_to(3) | it::map_unordered(work, 3);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 0);
  co_await sleep(1h);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, 1);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "two");
}

EDDY_TEST(MapUnordered, AnErrorOfTheSourceComesOut) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    co_await sleep(10s);
    throw std::runtime_error("source");
  };
  Gauge gauge;
  auto pipeline = source() | it::map_unordered([&](int i) { return gauge.work(i, 1s); }, 3);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 1);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
}

EDDY_TEST(MapUnordered, LeftEarlyTheTaskEndsAfterItsCalls) {
  auto gauge = std::make_shared<Gauge>();
  auto clean_slowly = [gauge](int i) -> Task<int> {
    auto kept = gauge;  // NOLINT(performance-unnecessary-copy-initialization): on purpose
    Outcome<int> r = co_await outcome(kept->work(i, i == 0 ? 1s : 1h));
    co_await shield(sleep(5s));
    co_return r.cancelled() ? 0 : *r;
  };
  auto task = create_task([&]() -> Task<TimePoint> {
    auto pipeline = up_to(5) | it::map_unordered(clean_slowly, 3);
    co_await pipeline.next();
    co_return now();
  });
  TimePoint left = co_await task;
  EXPECT_EQ(now() - left, 5s);
  EXPECT_EQ(gauge->running, 0);
}

EDDY_TEST(MapUnordered, CancelledInNextItEndsAfterItsCalls) {
  bool left = false;
  int ended = 0;
  auto clean_slowly = [&](int) -> Task<int> {
    (void)co_await outcome(sleep(1h));
    co_await shield(sleep(5s));
    EXPECT_FALSE(left) << "the frames around it are destroyed only after the calls have ended";
    ++ended;
    co_return 0;
  };
  auto task = create_task([&]() -> Task<> {
    ScopeGuard mark([&] { left = true; });
    auto pipeline = ticks(1ms, 50) | it::map_unordered(clean_slowly, 3);
    co_await pipeline.next();
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(ended, 3);
  EXPECT_TRUE(left);
}

EDDY_TEST(MapUnordered, OfAQueueThatOthersUseToo) {
  Queue<int> queue;
  auto pipeline = queue | it::map_unordered([](int i) -> Task<int> { co_return i * 2; }, 3);
  auto fill = [&]() -> Task<> {
    for (int i = 0; i < 3; ++i) co_await queue.put(i);
    queue.shutdown();
  };
  auto both = co_await gather(it::collect(std::move(pipeline)), fill());
  std::sort(both.first.begin(), both.first.end());
  EXPECT_EQ(both.first, (Ints{0, 2, 4}));
}

EDDY_TEST(MapUnordered, TakeLeavesTheRestAlone) {
  Gauge gauge;
  auto some =
      co_await it::collect(up_to(1000) | it::map_unordered([&](int i) { return gauge.work(i, 1s); }, 3) | it::take(5));
  EXPECT_EQ(some.size(), 5U);
  co_await sleep(0s);
  EXPECT_EQ(gauge.running, 0);
}

}  // namespace
}  // namespace eddy

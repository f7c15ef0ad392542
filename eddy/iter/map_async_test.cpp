// SPDX-License-Identifier: MIT
#include "eddy/iter/map_async.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/iter/collect.h"
#include "eddy/iter/filter.h"
#include "eddy/iter/gauge_test.h"
#include "eddy/iter/take.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

using Gauge = iter_test::Gauge<10>;
using iter_test::ticks;
using iter_test::up_to;

EDDY_TEST(MapAsync, KeepsTheOrderAndTheBound) {
  Gauge gauge;
  auto start = now();
  auto results =
      co_await it::collect(up_to(10) | it::map_async([&](int i) { return gauge.work(i, 1s * (10 - i)); }, 3));
  EXPECT_EQ(results, (Ints{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
  EXPECT_EQ(gauge.most, 3);
  EXPECT_LT(now() - start, 40s);
}

EDDY_TEST(MapAsync, TheContractExample) {
  auto fetch_user = [](int id) -> Task<std::string> {
    co_await sleep(100ms);
    co_return "user" + std::to_string(id);
  };
  auto ids = up_to(100);
  auto pages = co_await it::collect(ids | it::map_async(fetch_user, 10) | it::take(50));
  CO_ASSERT_EQ(pages.size(), 50U);
  EXPECT_EQ(pages[49], "user49");
}

EDDY_TEST(MapAsync, OfNothingIsNothing) {
  auto results = co_await it::collect(Ints() | it::map_async([](int i) -> Task<int> { co_return i; }, 3));
  EXPECT_TRUE(results.empty());
  EXPECT_THROW((void)it::map_async([](int i) -> Task<int> { co_return i; }, 0), RuntimeError);
}

EDDY_TEST(MapAsync, NothingStartsBeforeTheFirstNext) {
  Gauge gauge;
  {
    auto pipeline = up_to(3) | it::map_async([&](int i) { return gauge.work(i, 1s); }, 3);
    co_await sleep(1s);
    EXPECT_EQ(gauge.running, 0);
  }
  EXPECT_EQ(gauge.most, 0);
}

EDDY_TEST(MapAsync, CallsMayBeReadyAtOnceOrReturnNothing) {
  auto ready = co_await it::collect(up_to(300) | it::map_async([](int i) -> Task<int> { co_return i; }, 4));
  EXPECT_EQ(ready, up_to(300));
  int calls = 0;
  auto units = co_await it::count(up_to(5) | it::map_async(
                                                 [&](int) -> Task<> {
                                                   ++calls;
                                                   co_return;
                                                 },
                                                 2));
  EXPECT_EQ(units, 5U);
  EXPECT_EQ(calls, 5);
}

EDDY_TEST(MapAsync, ASlowSourceDoesNotKeepResultsBack) {
  Gauge gauge;
  auto start = now();
  auto pipeline = ticks(1h, 2) | it::map_async([&](int i) { return gauge.work(i, 1s); }, 10);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(now() - start, 1h + 1s);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, 10);
  auto end = co_await pipeline.next();
  EXPECT_FALSE(end);
}

EDDY_TEST(MapAsync, ASlowConsumerIsNotRunAheadOf) {
  Gauge gauge;
  auto pipeline = up_to(100) | it::map_async([&](int i) { return gauge.work(i, 1s); }, 4);
  co_await pipeline.next();
  co_await sleep(1h);
  EXPECT_EQ(gauge.ended, 5) << "the one that was taken, and a window of four";
}

EDDY_TEST(MapAsync, AnErrorComesOutInOrderAndCancelsTheRest) {
  Gauge gauge;
  auto work = [&](int i) -> Task<int> {
    if (i == 1) throw std::runtime_error("one");
    co_return co_await gauge.work(i, i == 0 ? 1s : 1h);
  };
  auto pipeline = up_to(5) | it::map_async(work, 3);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 0);
  CO_ASSERT_THROW(co_await pipeline.next(), std::runtime_error);
  co_await sleep(1s);
  EXPECT_EQ(gauge.running, 0);
  EXPECT_LE(gauge.ended, 2);
  auto after = co_await pipeline.next();
  EXPECT_FALSE(after);
}

EDDY_TEST(MapAsync, AnErrorOfTheSourceComesAfterTheResultsBeforeIt) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    throw std::runtime_error("source");
  };
  Gauge gauge;
  auto pipeline = source() | it::map_async([&](int i) { return gauge.work(i, 1s); }, 3);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 10);
  CO_ASSERT_THROW(co_await pipeline.next(), std::runtime_error);
}

EDDY_TEST(MapAsync, LeftEarlyTheTaskEndsAfterItsCalls) {
  auto gauge = std::make_shared<Gauge>();
  TimePoint cleaned{};
  auto clean_slowly = [gauge, &cleaned](int i) -> Task<int> {
    auto kept = gauge;  // NOLINT(performance-unnecessary-copy-initialization): on purpose
    Outcome<int> r = co_await outcome(kept->work(i, i == 0 ? 1s : 1h));
    co_await shield(sleep(5s));
    cleaned = now();
    co_return r.cancelled() ? 0 : *r;
  };
  auto task = create_task([&]() -> Task<TimePoint> {
    auto pipeline = up_to(5) | it::map_async(clean_slowly, 3);
    co_await pipeline.next();
    co_return now();
  });
  TimePoint left = co_await task;
  EXPECT_EQ(now() - left, 5s);
  EXPECT_EQ(cleaned, now());
  EXPECT_EQ(gauge->running, 0);
}

EDDY_TEST(MapAsync, CancelledInNextItEndsAfterItsCalls) {
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
    auto pipeline = ticks(1ms, 50) | it::map_async(clean_slowly, 3);
    co_await pipeline.next();
  });
  co_await sleep(1s);
  auto start = now();
  co_await cancel_and_wait(task);
  EXPECT_EQ(now() - start, 5s);
  EXPECT_EQ(ended, 3);
  EXPECT_TRUE(left);
}

EDDY_TEST(MapAsync, CancelledElsewhereWhileParkedItEndsAfterItsCalls) {
  bool left = false;
  Gauge gauge;
  auto task = create_task([&]() -> Task<> {
    ScopeGuard mark([&] { left = true; });
    auto pipeline = up_to(50) | it::map_async([&](int i) { return gauge.work(i, i == 0 ? 1ms : 1h); }, 3);
    co_await pipeline.next();
    co_await sleep(1h);
  });
  co_await sleep(1s);
  EXPECT_EQ(gauge.running, 3);
  co_await cancel_and_wait(task);
  EXPECT_EQ(gauge.running, 0);
  EXPECT_TRUE(left);
}

EDDY_TEST(MapAsync, ATimeoutAroundItCancelsItsCalls) {
  Gauge gauge;
  auto pipeline = up_to(50) | it::map_async([&](int i) { return gauge.work(i, 1h); }, 3);
  auto r = co_await try_for(it::collect(std::move(pipeline)), 1s);
  EXPECT_FALSE(r);
  EXPECT_EQ(gauge.running, 0);
}

EDDY_TEST(MapAsync, OfAGeneratorThatIsLeftEarly) {
  Gauge gauge;
  {
    auto source = ticks(1s, 100);
    auto pipeline = source | it::map_async([&](int i) { return gauge.work(i, 1s); }, 3);
    auto first = co_await pipeline.next();
    EXPECT_EQ(first, 0);
  }
  co_await sleep(1s);
  EXPECT_EQ(gauge.running, 0);
}

EDDY_TEST(MapAsync, InABranchThatEndsBeforeThePipeline) {
  Gauge gauge;
  auto pipeline = up_to(5) | it::map_async([&](int i) { return gauge.work(i, 1s); }, 3);
  auto both = co_await gather(pipeline.next(), sleep(1ms));
  EXPECT_EQ(both.first, 0);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, 10);
}

EDDY_TEST(MapAsync, CallsMayFailWhileNobodyAsks) {
  auto work = [](int i) -> Task<int> {
    if (i > 0) throw std::runtime_error("late");
    co_return i;
  };
  {
    auto pipeline = up_to(5) | it::map_async(work, 2);
    co_await pipeline.next();
    co_await sleep(1s);
  }
  EXPECT_EQ(test::lost_errors().size(), 1U) << "an error nobody asked for goes to the handler";
}

EDDY_TEST(MapAsync, ConvertsArgumentsSoThatNothingDangles) {
  auto length = [](const std::string& s) -> Task<std::size_t> {
    co_await sleep(1s);
    co_return s.size();
  };
  std::vector<const char*> words(2, "a literal that is too long for the small string buffer");
  auto sizes = co_await it::collect(words | it::map_async(length, 2));
  EXPECT_EQ(sizes[1], 54U);
}

EDDY_TEST(MapAsync, Nests) {
  auto inner = [](int i) -> Task<int> {
    auto parts = co_await it::collect(up_to(i) | it::map_async(
                                                     [](int k) -> Task<int> {
                                                       co_await sleep(1s);
                                                       co_return k;
                                                     },
                                                     2));
    int sum = 0;
    for (int part : parts) sum += part;
    co_return sum;
  };
  auto sums = co_await it::collect(up_to(5) | it::map_async(inner, 2));
  EXPECT_EQ(sums, (Ints{0, 0, 1, 3, 6}));
}

}  // namespace
}  // namespace eddy

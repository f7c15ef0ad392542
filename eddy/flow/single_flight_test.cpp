// SPDX-License-Identifier: MIT
#include "eddy/flow/single_flight.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/test/counters.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Flight = SingleFlight<std::string, int>;

/// Loads after a second what was loaded before it, plus one.
struct Source {
  int loads = 0;
  int ended = 0;
  int cancelled = 0;

  Task<int> load() {
    const int number = ++loads;
    co_await on_cancel(sleep(1s), [this] { ++cancelled; });
    ++ended;
    co_return number;
  }
};

Task<int> ask(Flight& flight, std::string key, Source& source) {
  co_return co_await flight.run(std::move(key), [&source] { return source.load(); });
}

EDDY_TEST(SingleFlight, CallersOfAKeyShareALoad) {
  Flight flight;
  Source source;
  auto begin = now();
  auto [a, b, c] = co_await gather(ask(flight, "x", source), ask(flight, "x", source), ask(flight, "y", source));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(source.loads, 2);
  EXPECT_EQ(now() - begin, 1s);
  EXPECT_EQ(flight.size(), 0U);
}

EDDY_TEST(SingleFlight, OneWhoComesLaterJoins) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  co_await sleep(900ms);
  EXPECT_TRUE(flight.is_running("x"));
  EXPECT_FALSE(flight.is_running("y"));
  auto begin = now();
  auto second = co_await ask(flight, "x", source);
  EXPECT_EQ(now() - begin, 100ms);
  EXPECT_EQ(second, 1);
  auto third = co_await ask(flight, "x", source);
  EXPECT_EQ(third, 2) << "nothing is kept";
  co_await first;
}

EDDY_TEST(SingleFlight, ALoadThatIsReadyAtOnce) {
  SingleFlight<int, int> flight;
  auto twice = [](const int& key) -> Task<int> { co_return key * 2; };
  auto [a, b] = co_await gather(flight.run(4, twice), flight.run(5, twice));
  EXPECT_EQ(a, 8);
  EXPECT_EQ(b, 10);
}

EDDY_TEST(SingleFlight, AnErrorIsEverybodys) {
  Flight flight;
  int loads = 0;
  auto fails = [&loads]() -> Task<int> {
    ++loads;
    co_await sleep(1s);
    throw std::runtime_error("no");
  };
  auto [a, b] = co_await gather(return_exceptions, flight.run("x", fails), flight.run("x", fails));
  EXPECT_EQ(a.message(), b.message());
  EXPECT_TRUE(a.error_as<std::runtime_error>());
  EXPECT_EQ(loads, 1);
  CO_ASSERT_THROW(co_await flight.run("x", fails), std::runtime_error);
  EXPECT_EQ(loads, 2) << "errors are not kept either";
}

EDDY_TEST(SingleFlight, OneWhoLeavesDisturbsNobody) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  co_await sleep(100ms);
  auto second = create_task(ask(flight, "x", source));
  co_await sleep(100ms);
  co_await cancel_and_wait(first);
  EXPECT_EQ(source.cancelled, 0);
  auto value = co_await second;
  EXPECT_EQ(value, 1);
  EXPECT_EQ(source.loads, 1);
}

EDDY_TEST(SingleFlight, TheLastWhoLeavesTakesTheLoadAlong) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  auto second = create_task(ask(flight, "x", source));
  co_await sleep(100ms);
  first.cancel();
  second.cancel();  // in the same turn
  co_await sleep(1ms);
  EXPECT_TRUE(first.cancelled() && second.cancelled());
  EXPECT_EQ(source.cancelled, 1);
  EXPECT_EQ(flight.size(), 0U);
  auto value = co_await ask(flight, "x", source);
  EXPECT_EQ(value, 2);
}

EDDY_TEST(SingleFlight, TheLastOneWaitsForTheLoadsCleanup) {
  SingleFlight<std::string> flight;
  bool clean = false;
  auto load = [&clean]() -> Task<> {
    co_await finally(sleep(1h), [&clean]() -> Task<> {
      co_await sleep(5s);
      clean = true;
    });
  };
  auto begin = now();
  co_await try_for(flight.run("x", load), 1s);
  EXPECT_TRUE(clean);
  EXPECT_EQ(now() - begin, 6s);
}

EDDY_TEST(SingleFlight, WhoComesDuringThatCleanupBeginsAnew) {
  SingleFlight<std::string> flight;
  int loads = 0;
  auto load = [&loads]() -> Task<> {
    ++loads;
    co_await on_cancel(sleep(10s), [] { return sleep(5s); });
  };
  auto first = create_task([&]() -> Task<> { co_await flight.run("x", load); });
  co_await sleep(1s);
  first.cancel();
  co_await sleep(1s);
  auto begin = now();
  co_await flight.run("x", load);
  EXPECT_EQ(now() - begin, 10s);
  EXPECT_EQ(loads, 2);
}

EDDY_TEST(SingleFlight, CancelledBeforeItRunsLoadsNothing) {
  Flight flight;
  Source source;
  auto task = create_task(ask(flight, "x", source));
  task.cancel();
  co_await sleep(5s);
  EXPECT_EQ(source.loads, 0);
  auto born_cancelled = co_await try_for(ask(flight, "x", source), 0s);
  EXPECT_FALSE(born_cancelled);
  EXPECT_EQ(source.ended, 0);
  EXPECT_EQ(flight.size(), 0U);
}

EDDY_TEST(SingleFlight, CancelledInTheTurnInWhichTheLoadEnds) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  auto second = create_task(ask(flight, "x", source));
  co_await sleep(1s);
  first.cancel();
  auto value = co_await second;
  EXPECT_EQ(value, 1);
  EXPECT_EQ(source.ended, 1);
}

EDDY_TEST(SingleFlight, ForgottenTheNextBeginsAnew) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  co_await sleep(100ms);
  flight.forget("x");
  auto second = create_task(ask(flight, "x", source));
  co_await sleep(950ms);
  EXPECT_EQ(co_await first, 1);
  EXPECT_TRUE(flight.is_running("x")) << "the end of the first is not the end of the second";
  EXPECT_EQ(co_await second, 2);
  EXPECT_EQ(flight.size(), 0U);
}

EDDY_TEST(SingleFlight, KeysAreFoundByAnyText) {
  Flight flight;
  Source source;
  auto first = create_task(ask(flight, "x", source));
  co_await sleep(1ms);
  EXPECT_TRUE(flight.is_running(std::string_view("x")));
  flight.forget_all();
  EXPECT_FALSE(flight.is_running("x"));
  co_await first;
}

EDDY_TEST(SingleFlight, CopiesTheValueForEachCaller) {
  SingleFlight<int, std::shared_ptr<std::string>> flight;
  auto load = []() -> Task<std::shared_ptr<std::string>> {
    co_await sleep(1s);
    co_return std::make_shared<std::string>("value");
  };
  auto [a, b] = co_await gather(flight.run(1, load), flight.run(1, load));
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.use_count(), 2) << "the flight keeps none";
}

EDDY_TEST(SingleFlight, ALoadThatAsksForItsOwnKeyIsTold) {
  Flight flight;
  auto again = [&flight]() -> Task<int> {
    auto inner = []() -> Task<int> { co_return 1; };
    co_return co_await flight.run("x", inner);
  };
  CO_ASSERT_THROW(co_await flight.run("x", again), RuntimeError);
}

EDDY_TEST(SingleFlight, MayBeDestroyedWhileALoadUnwinds) {
  test::Counters counts;
  auto flight = std::make_unique<Flight>();
  auto load = [&counts]() -> Task<int> {
    test::Tracked here(counts);
    co_await finally(sleep(1h), [] { return sleep(5s); });
    co_return 1;
  };
  auto task = create_task([&]() -> Task<> { co_await flight->run("x", load); });
  co_await sleep(1s);
  task.cancel();
  co_await sleep(1s);
  flight.reset();
  co_await sleep(10s);
  EXPECT_EQ(counts.alive(), 0);
}

/// Random callers, some of whom give up: of the loads of a key that were not given up no two overlap.
EDDY_TEST(SingleFlight, NeverLoadsAKeyTwiceAtATime) {
  Random random(test::current_seed() + 1);
  SingleFlight<int, int> flight;
  std::vector<TimePoint> ended(5);
  int loads = 0;
  int served = 0;
  auto load = [&](int key, Duration time) -> Task<int> {
    ++loads;
    const TimePoint began = now();
    co_await sleep(time);
    TimePoint& last = ended[static_cast<std::size_t>(key)];
    EXPECT_LE(last, began);
    last = now();
    co_return key;
  };
  auto caller = [&](int key, Duration time, Duration patience) -> Task<> {
    auto mine = [&load, key, time] { return load(key, time); };
    auto value = co_await try_for(flight.run(key, mine), patience);
    if (!value) co_return;
    EXPECT_EQ(*value, key);
    ++served;
  };
  auto one = [&](int key, Duration after, Duration time, Duration patience) -> Task<> {
    co_await sleep(after);
    co_await caller(key, time, patience);
  };
  auto ms = [&](std::uint64_t most) { return Duration(std::chrono::milliseconds(random.below(most))); };
  std::vector<Task<>> callers;
  for (int i = 0; i < 300; ++i) {
    const int key = static_cast<int>(random.below(5));
    const Duration after = ms(2000);
    const Duration time = ms(50);
    callers.push_back(one(key, after, time, ms(60)));
  }
  co_await gather(std::move(callers));
  EXPECT_EQ(flight.size(), 0U);
  EXPECT_GT(served, 50);
  EXPECT_LT(loads, 300);
}

}  // namespace
}  // namespace eddy

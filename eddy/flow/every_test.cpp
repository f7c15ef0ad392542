// SPDX-License-Identifier: MIT
#include "eddy/flow/every.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/background.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/call_times_test.h"
#include "eddy/test/test.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using flow_test::Calls;
using flow_test::Times;

EDDY_TEST(Every, CallsAtOnceAndThenOncePerPeriod) {
  Calls calls;
  co_await try_for(every(1s, [&] { calls.note(); }), 3500ms);
  EXPECT_EQ(calls.at, (Times{0s, 1s, 2s, 3s}));
}

EDDY_TEST(Every, ACoroutineDoesNotShiftTheTicks) {
  Calls calls;
  auto work = [&]() -> Task<> {
    calls.note();
    co_await sleep(999ms);
  };
  co_await try_for(every(1s, work), 3500ms);
  EXPECT_EQ(calls.at, (Times{0s, 1s, 2s, 3s}));
}

EDDY_TEST(Every, NeverDriftsNorOverlaps) {
  Calls calls;
  int inside = 0;
  auto work = [&]() -> Task<> {
    EXPECT_EQ(++inside, 1);
    calls.note();
    co_await sleep(std::chrono::milliseconds(calls.at.size() * 37 % 2500));
    --inside;
  };
  co_await try_for(every(1s, work), 1000s);
  EXPECT_GT(calls.at.size(), 400U);
  for (Duration at : calls.at) EXPECT_EQ(at % Duration(1s), Duration::zero());
  EXPECT_TRUE(std::is_sorted(calls.at.begin(), calls.at.end()));
  EXPECT_EQ(std::adjacent_find(calls.at.begin(), calls.at.end()), calls.at.end());
}

EDDY_TEST(Every, TicksThatAreMissedAreSkipped) {
  Calls calls;
  auto work = [&]() -> Task<> {
    calls.note();
    co_await sleep(calls.at.size() == 1 ? 2500ms : 0ms);
  };
  co_await try_for(every(1s, work), 5500ms);
  EXPECT_EQ(calls.at, (Times{0s, 3s, 4s, 5s}));
}

EDDY_TEST(Every, TicksThatAreMissedAreMadeUpForWhenAsked) {
  Calls calls;
  auto work = [&]() -> Task<> {
    calls.note();
    co_await sleep(calls.at.size() == 1 ? 2500ms : 0ms);
  };
  co_await try_for(every(1s, work, Every{}.catch_up()), 4500ms);
  EXPECT_EQ(calls.at, (Times{0s, 2500ms, 2500ms, 3s, 4s}));
}

EDDY_TEST(Every, TheFirstCallMayWait) {
  Calls calls;
  co_await try_for(every(1s, [&] { calls.note(); }, Every{}.first_after(1s)), 3500ms);
  EXPECT_EQ(calls.at, (Times{1s, 2s, 3s}));
}

EDDY_TEST(Every, JitterDelaysEachCallAndMovesNoTick) {
  Calls calls;
  co_await try_for(every(1s, [&] { calls.note(); }, Every{}.jitter(200ms)), 100s);
  CO_ASSERT_GE(calls.at.size(), 99U);
  int late = 0;
  for (std::size_t i = 0; i < calls.at.size(); ++i) {
    const Duration delay = calls.at[i] - i * Duration(1s);
    EXPECT_GE(delay, 0ms);
    EXPECT_LE(delay, 200ms);
    if (delay > 100ms) ++late;
  }
  EXPECT_GT(late, 20);
  EXPECT_LT(late, 80);
}

EDDY_TEST(Every, AnErrorEndsIt) {
  int calls = 0;
  auto work = [&] {
    if (++calls == 3) throw std::runtime_error("third");
  };
  auto begin = now();
  CO_ASSERT_THROW(co_await every(1s, work), std::runtime_error);
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(Every, AnErrorMayBeOverlooked) {
  int calls = 0;
  int errors = 0;
  auto work = [&]() -> Task<> {
    ++calls;
    co_await sleep(1ms);
    throw std::runtime_error("no");
  };
  auto handler = [&](std::exception_ptr error) {
    if (++errors == 4) std::rethrow_exception(error);
  };
  CO_ASSERT_THROW(co_await every(1s, work, Every{}.on_error(handler)), std::runtime_error);
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(errors, 4);
}

EDDY_TEST(Every, CancelledBetweenTicks) {
  int calls = 0;
  auto task = create_task(every(1s, [&] { ++calls; }));
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  co_await sleep(5s);
  EXPECT_EQ(calls, 2);
}

EDDY_TEST(Every, CancelledDuringACallEndsThatCall) {
  std::string told;
  auto work = [&]() -> Task<> {
    told += "(";
    co_await finally(sleep(1h), [&] { told += ")"; });
  };
  auto handler = [&](std::exception_ptr) { told += "!"; };
  auto task = create_task(every(1s, work, Every{}.on_error(handler)));
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(told, "()");
}

EDDY_TEST(Every, ACallThatRaisesItsCancellationIsNoError) {
  bool handled = false;
  auto work = []() -> Task<> { co_await raising(sleep(1h)); };
  auto task = create_task(every(1s, work, Every{}.on_error([&](std::exception_ptr) { handled = true; })));
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(handled);
}

EDDY_TEST(Every, CancelledBeforeItRunsNeverCalls) {
  int calls = 0;
  auto task = create_task(every(1s, [&] { ++calls; }));
  task.cancel();
  co_await sleep(5s);
  EXPECT_EQ(calls, 0);
}

EDDY_TEST(Every, RunsBesideABody) {
  int beats = 0;
  co_await with(background(every(1s, [&] { ++beats; })), [&]() -> Task<> { co_await sleep(3500ms); });
  EXPECT_EQ(beats, 4);
}

EDDY_TEST(Every, LetsOthersRunHoweverShortThePeriod) {
  int others = 0;
  int calls = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++others) co_await checkpoint();
  });
  auto busy = create_task(every(1ns, [&] { ++calls; }, Every{}.catch_up()));
  for (int i = 0; i < 100; ++i) co_await checkpoint();
  EXPECT_GT(others, 50);
  other.cancel();
  busy.cancel();
}

EDDY_TEST(Every, APeriodOfNothingIsRefused) {
  CO_ASSERT_THROW(co_await every(0s, [] {}), RuntimeError);
}

EDDY_TEST(Every, TimesWithoutEndNeverCome) {
  int calls = 0;
  auto count = [&] { ++calls; };
  constexpr auto forever = std::chrono::hours::max();
  co_await try_for(every(forever, count), 24h);
  EXPECT_EQ(calls, 1);
  co_await try_for(every(1s, count, Every().first_after(forever)), 24h);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace eddy

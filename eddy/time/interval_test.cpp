// SPDX-License-Identifier: MIT
#include "eddy/time/interval.h"

#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(IntervalTest, TicksAtOnceAndThenOncePerPeriod) {
  auto begin = now();
  auto ticks = interval(100ms);
  std::vector<Duration> at;
  for (int i = 0; i < 4; ++i) {
    co_await ticks.next();
    at.push_back(now() - begin);
  }
  EXPECT_EQ(at, (std::vector<Duration>{0ms, 100ms, 200ms, 300ms}));
  EXPECT_EQ(ticks.period(), 100ms);
  EXPECT_EQ(ticks.missed(), 0u);
}

EDDY_TEST(IntervalTest, WorkBetweenTicksDoesNotShiftThem) {
  auto begin = now();
  auto ticks = interval(100ms);
  for (int i = 0; i < 5; ++i) {
    co_await ticks.next();
    EXPECT_EQ(now() - begin, i * 100ms);
    co_await sleep(99ms);
  }
}

EDDY_TEST(IntervalTest, MissedTicksAreSkippedAndCounted) {
  auto begin = now();
  auto ticks = interval(100ms);
  co_await ticks.next();
  co_await sleep(350ms);  // those of 100, 200 and 300 ms are due
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 350ms);  // one of them now
  EXPECT_EQ(ticks.missed(), 2u);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 400ms);
}

EDDY_TEST(IntervalTest, MissedTicksAreMadeUpForWhenItIsToldTo) {
  auto begin = now();
  Interval ticks(100ms, begin, MissedTicks::kCatchUp);
  co_await ticks.next();
  co_await sleep(350ms);
  for (int i = 0; i < 3; ++i) {
    co_await ticks.next();
    EXPECT_EQ(now() - begin, 350ms);
  }
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 400ms);
  EXPECT_EQ(ticks.missed(), 0u);
}

EDDY_TEST(IntervalTest, NoneComesLateWhenItIsToldSo) {
  auto begin = now();
  Interval ticks(100ms, begin, MissedTicks::kSkip);
  co_await sleep(1ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 1ms) << "the first one always comes";
  co_await sleep(250ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 300ms);
  co_await sleep(100ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 400ms) << "due now is not late";
  EXPECT_EQ(ticks.missed(), 2u);
}

EDDY_TEST(IntervalTest, TheFirstTickMayComeLater) {
  auto begin = now();
  Interval ticks(100ms, begin + 30ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 30ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 130ms);
}

EDDY_TEST(IntervalTest, ATickThatIsDueNowIsNotMissed) {
  auto begin = now();
  auto ticks = interval(100ms);
  co_await ticks.next();
  co_await sleep(100ms);
  co_await ticks.next();
  EXPECT_EQ(now() - begin, 100ms);
  EXPECT_EQ(ticks.missed(), 0u);
}

EDDY_TEST(IntervalTest, ADueTickStillLetsOthersRun) {
  auto ticks = interval(1ms);
  bool other_ran = false;
  auto other = create_task([&]() -> Task<> {
    other_ran = true;
    co_return;
  });
  co_await ticks.next();
  co_await ticks.next();
  EXPECT_TRUE(other_ran);
  co_await other;
}

EDDY_TEST(IntervalTest, IsCancelledBetweenTicks) {
  int count = 0;
  auto task = create_task([&]() -> Task<> {
    auto ticks = interval(1s);
    for (;;) {
      co_await ticks.next();
      ++count;
    }
  });
  co_await sleep(2500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

EDDY_TEST(IntervalTest, APeriodThatIsNotPositiveIsRefused) {
  EXPECT_THROW(interval(0s), RuntimeError);
  EXPECT_THROW(interval(-1s), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

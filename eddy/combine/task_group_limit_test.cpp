// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

/// How many run at the same time, and the most there were.
struct Load {
  int now = 0;
  int most = 0;

  Task<> work(Duration length) {
    most = std::max(most, ++now);
    co_await sleep(length);
    --now;
  }
};

EDDY_TEST(TaskGroupLimitTest, AtMostSoManyChildrenRunAtATimeInOrder, Options{}.shuffle(false)) {
  Load load;
  Ints log;
  TimePoint begin = now();
  co_await task_group([&](TaskGroup& tg) {
    tg.limit(2);
    for (int i = 0; i < 6; ++i) {
      tg.create_task(
          [&](int id) -> Task<> {
            log.push_back(id);
            co_await load.work(1s);
          },
          i);
    }
  });
  EXPECT_EQ(load.most, 2);
  EXPECT_EQ(log, (Ints{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(TaskGroupLimitTest, ZeroIsRefused) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) { tg.limit(0); }));
  EXPECT_FALSE(r);
}

EDDY_TEST(TaskGroupLimitTest, RaisingTheLimitStartsThoseThatWait) {
  Load load;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.limit(1);
    for (int i = 0; i < 4; ++i) tg.create_task([&] { return load.work(10s); });
    co_await sleep(1s);
    EXPECT_EQ(load.now, 1);
    tg.limit(3);
    co_await sleep(1s);
    EXPECT_EQ(load.now, 3);
  });
  EXPECT_EQ(load.most, 3);
}

EDDY_TEST(TaskGroupLimitTest, LoweringTheLimitLetsRunningChildrenGoOn) {
  Load load;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    for (int i = 0; i < 3; ++i) tg.create_task([&] { return load.work(1s); });
    co_await checkpoint();
    tg.limit(1);
    for (int i = 0; i < 2; ++i) tg.create_task([&] { return load.work(1s); });
    co_await sleep(1500ms);
    EXPECT_EQ(load.now, 1);
  });
  EXPECT_EQ(load.most, 3);
}

EDDY_TEST(TaskGroupLimitTest, CancellingTheGroupDropsThoseThatWait) {
  test::Counters counts;
  int ran = 0;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.limit(2);
    for (int i = 0; i < 100; ++i) {
      tg.create_task(
          [&](test::Tracked) -> Task<> {
            ++ran;
            co_await sleep(1h);
          },
          test::Tracked(counts, i));
    }
    co_await sleep(1s);
    tg.cancel();
  });
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(TaskGroupLimitTest, AFailureDropsThoseThatWait) {
  int ran = 0;
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.limit(1);
    tg.create_task(fail_after, 1s, "x");
    for (int i = 0; i < 10; ++i) {
      tg.create_task([&]() -> Task<> {
        ++ran;
        co_return;
      });
    }
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("x")});
  EXPECT_EQ(ran, 0);
}

EDDY_TEST(TaskGroupLimitTest, CancellingTheTaskDropsThoseThatWait) {
  bool first = false;
  int ran = 0;
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      tg.limit(1);
      tg.create_task(slow_to_end, std::ref(first), 1s);
      tg.create_task([&]() -> Task<> {
        ++ran;
        co_return;
      });
    });
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(first);
  EXPECT_EQ(ran, 0);
}

// A child that will not run needs no free place to end: waiting for one would be a deadlock here.
EDDY_TEST(TaskGroupLimitTest, AWaitingChildThatIsCancelledEndsAtOnce) {
  Ints log;
  TaskHandle<> second, third;
  co_await task_group([&](TaskGroup& tg) {
    tg.limit(1);
    tg.create_task([&]() -> Task<> {
      co_await cancel_and_wait(second);
      log.push_back(1);
    });
    second = tg.create_task(append_after, 0s, std::ref(log), 2);
    third = tg.create_task(append_after, 0s, std::ref(log), 3);
  });
  EXPECT_TRUE(second.cancelled());
  EXPECT_EQ(log, (Ints{1, 3}));
}

EDDY_TEST(TaskGroupLimitTest, AWaitingChildMayBeAwaited) {
  int value = co_await task_group([&](TaskGroup& tg) -> Task<int> {
    tg.limit(1);
    tg.create_task(sleep, 1s);
    auto last = tg.create_task(value_after, 1s, 4);
    co_return co_await last;
  });
  EXPECT_EQ(value, 4);
}

EDDY_TEST(TaskGroupLimitTest, AThousandChildrenThroughOnePlace) {
  Load load;
  co_await task_group([&](TaskGroup& tg) {
    tg.limit(1);
    for (int i = 0; i < 1000; ++i) tg.create_task([&] { return load.work(0s); });
  });
  EXPECT_EQ(load.most, 1);
}

}  // namespace
}  // namespace eddy

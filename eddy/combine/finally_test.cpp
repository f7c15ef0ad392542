// SPDX-License-Identifier: MIT
#include "eddy/combine/finally.h"

#include <memory>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(FinallyTest, RunsTheCleanupAfterAValueAndGivesTheValue) {
  Ints log;
  int value = co_await finally(value_after(1s, 5), [&] { return append_after(1s, log, 1); });
  EXPECT_EQ(value, 5);
  EXPECT_EQ(log, Ints{1});
}

EDDY_TEST(FinallyTest, RunsTheCleanupAfterAnErrorAndThrowsIt) {
  Ints log;
  auto r = co_await outcome(finally(fail_after(1s, "x"), [&] { return append_after(1s, log, 1); }));
  EXPECT_EQ(r.message(), "x");
  EXPECT_EQ(log, Ints{1});
}

EDDY_TEST(FinallyTest, RunsTheCleanupAfterACancelAndIsCancelled) {
  Ints log;
  bool body = false;
  auto task = create_task([&]() -> Task<> {
    co_await finally(wait_long(body), [&]() -> Task<> {
      EXPECT_TRUE(body);  // the body's frames are gone by now
      co_await append_after(2s, log, 1);
    });
    log.push_back(2);
  });
  co_await sleep(1s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(log, Ints{1});
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(FinallyTest, APlainFunctionIsACleanupToo) {
  bool cleaned = false;
  co_await finally(sleep(1s), [&] { cleaned = true; });
  EXPECT_TRUE(cleaned);
}

EDDY_TEST(FinallyTest, PassesMoveOnlyAndReferenceResults) {
  auto box = co_await finally([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); }(), [] {});
  EXPECT_EQ(*box, 3);
  int number = 0;
  int& reference = co_await finally([](int& n) -> Task<int&> { co_return n; }(number), [] {});
  EXPECT_EQ(&reference, &number);
}

// 3b §1.8 and the tour: a cleanup that throws wins.
EDDY_TEST(FinallyTest, ACleanupThatThrowsAfterAValueIsTheOutcome) {
  auto r = co_await outcome(finally(value_after(1s, 1), [] { return fail_after(1s, "cleanup"); }));
  EXPECT_EQ(r.message(), "cleanup");
}

EDDY_TEST(FinallyTest, OfTwoErrorsOneIsThrownAndTheOtherReported) {
  auto r = co_await outcome(finally(fail_after(1s, "body"), [] { return fail_after(1s, "cleanup"); }));
  EXPECT_EQ(r.message(), "cleanup");
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_NE(lost[0].find("body"), std::string::npos);
}

EDDY_TEST(FinallyTest, ACleanupThatThrowsAfterACancelWinsAndTheCancelStaysPending) {
  bool caught = false, after = false;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await fail_when_cancelled("cleanup");
    } catch (const Boom&) {
      caught = true;
    }
    co_await checkpoint();
    after = true;
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(caught && task.cancelled());
  EXPECT_FALSE(after);
}

EDDY_TEST(FinallyTest, ACleanupMayHaveTimeoutsAndGroupsOfItsOwn) {
  Ints log;
  bool stopped = false;
  auto task = create_task([&]() -> Task<> {
    co_await finally(sleep(1h), [&]() -> Task<> {
      auto r = co_await outcome(wait_for(wait_long(stopped), 1s));
      if (r.error_as<TimeoutError>()) log.push_back(1);
      co_await task_group([&](TaskGroup& tg) {
        tg.create_task(append_after, 2s, std::ref(log), 3);
        tg.create_task(append_after, 1s, std::ref(log), 2);
      });
      auto [a, b] = co_await gather(value_after(1s, 4), value_after(1s, 5));
      log.push_back(a);
      log.push_back(b);
    });
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(log, (Ints{1, 2, 3, 4, 5}));
}

EDDY_TEST(FinallyTest, CancellingAgainDoesNotDisturbTheCleanup) {
  bool ended = false;
  auto task = create_task(slow_to_end, std::ref(ended), 5s);
  co_await sleep(1s);
  for (int i = 0; i < 3; ++i) {
    task.cancel("again");
    co_await sleep(1s);
    EXPECT_FALSE(task.done());
  }
  co_await cancel_and_wait(task);
  EXPECT_TRUE(ended);
}

EDDY_TEST(FinallyTest, ACancelDuringTheCleanupOfAValueDeliversTheValueAndStaysPending) {
  int value = 0;
  bool after = false;
  auto task = create_task([&]() -> Task<> {
    value = co_await finally(value_after(1s, 3), [] { return sleep(5s); });
    co_await checkpoint();
    after = true;
  });
  co_await sleep(2s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(value, 3);
  EXPECT_FALSE(after);
}

EDDY_TEST(FinallyTest, NestedOnesRunInnermostFirst) {
  Ints log;
  auto inner = [&]() -> Task<> { co_await finally(sleep(1h), [&] { return append_after(1s, log, 1); }); };
  auto task = create_task([&]() -> Task<> { co_await finally(inner(), [&] { return append_after(0s, log, 2); }); });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, (Ints{1, 2}));
}

EDDY_TEST(FinallyTest, ACleanupMayHaveACleanup) {
  Ints log;
  auto task = create_task([&]() -> Task<> {
    auto cleanup = [&]() -> Task<> {
      co_await finally(append_after(1s, log, 1), [&] { return append_after(1s, log, 2); });
    };
    co_await finally(sleep(1h), cleanup);
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, (Ints{1, 2}));
}

EDDY_TEST(FinallyTest, ACleanupThatSpawnsLeavesTheTaskToTheLoop) {
  TaskHandle<int> spawned;
  auto task =
      create_task([&]() -> Task<> { co_await finally(sleep(1h), [&] { spawned = create_task(value_after, 3s, 4); }); });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(co_await spawned, 4);
}

EDDY_TEST(FinallyTest, InACancelledScopeTheCleanupStillRuns) {
  bool cleaned = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    co_await finally(checkpoint(), [&]() -> Task<> {
      co_await sleep(1s);
      cleaned = true;
    });
  });
  EXPECT_TRUE(cleaned);
}

EDDY_TEST(OnCancelTest, RunsTheCleanupOnlyWhenCancelled) {
  Ints log;
  EXPECT_EQ(co_await on_cancel(value_after(1s, 1), [&] { log.push_back(1); }), 1);
  auto r = co_await outcome(on_cancel(fail_after(1s, "x"), [&] { log.push_back(2); }));
  EXPECT_EQ(r.message(), "x");
  EXPECT_TRUE(log.empty());
  auto task = create_task([&]() -> Task<> { co_await on_cancel(sleep(1h), [&] { return append_after(1s, log, 3); }); });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, Ints{3});
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(OnCancelTest, ATimeoutIsACancelInside) {
  bool cleaned = false;
  auto r = co_await outcome(wait_for(on_cancel(sleep(1h), [&] { cleaned = true; }), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(cleaned);
}

struct ThrowsWhenMoved {
  ThrowsWhenMoved() = default;
  ThrowsWhenMoved(ThrowsWhenMoved&& other) : moves(other.moves + 1) {
    if (moves == 2) throw std::runtime_error("cannot move");
  }
  int moves = 0;
};

EDDY_TEST(FinallyTest, AResultThatCannotBeMovedIsTheError) {
  bool cleaned = false;
  auto work = []() -> Task<ThrowsWhenMoved> { co_return ThrowsWhenMoved(); };
  auto ended = co_await outcome(finally(work(), [&] { cleaned = true; }));
  EXPECT_EQ(ended.message(), "cannot move");
  EXPECT_TRUE(cleaned);
}

EDDY_TEST(FinallyTest, OnCancelSeesACancellationThatIsThrown) {
  bool cleaned = false;
  auto task = create_task([&]() -> Task<> { co_await on_cancel(raising(sleep(1h)), [&] { cleaned = true; }); });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(cleaned);
}

}  // namespace
}  // namespace eddy

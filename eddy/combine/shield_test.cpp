// SPDX-License-Identifier: MIT
#include "eddy/combine/shield.h"

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(ShieldTest, GivesTheResultOrTheError) {
  EXPECT_EQ(co_await shield(value_after(1s, 3)), 3);
  auto r = co_await outcome(shield(fail_after(1s, "x")));
  EXPECT_EQ(r.message(), "x");
  EXPECT_EQ(co_await shield([]() -> Task<int> { co_return 4; }()), 4);
}

EDDY_TEST(ShieldTest, ACancelTakesEffectBehindIt) {
  bool inside = false, after = false;
  auto task = create_task([&]() -> Task<> {
    co_await shield([](bool& flag) -> Task<> {
      co_await sleep(2s);
      co_await sleep(2s);
      flag = true;
    }(inside));
    co_await checkpoint();
    after = true;
  });
  co_await sleep(1s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(inside);
  EXPECT_FALSE(after);
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(ShieldTest, ATimeoutAroundItWaitsForItAndThenLetsTheValuePass) {
  TimePoint begin = now();
  EXPECT_EQ(co_await wait_for(shield(value_after(3s, 1)), 1s), 1);
  EXPECT_EQ(now() - begin, 3s);
  auto r = co_await outcome(timeout(1s, [](Timeout& t) -> Task<> {
    co_await shield(sleep(3s));
    EXPECT_TRUE(t.expired());
    co_await checkpoint();
  }));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(ShieldTest, ATimeoutInsideItWorks) {
  bool cancelled = false;
  auto r = co_await outcome(shield(wait_for(wait_long(cancelled), 1s)));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(cancelled);
}

EDDY_TEST(ShieldTest, OpenedInACancelledScopeItRuns) {
  bool inside = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    co_await shield(sleep(1s));
    inside = true;
    co_await checkpoint();
    ADD_FAILURE() << "went on";
  });
  EXPECT_TRUE(inside);
}

EDDY_TEST(ShieldTest, InAGroupThatFailsTheShieldedChildFinishes) {
  bool finished = false;
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task(fail_after, 1s, "x");
    tg.create_task([&]() -> Task<> {
      co_await shield(sleep(5s));
      finished = true;
      co_await sleep(1h);
    });
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("x")});
  EXPECT_TRUE(finished);
}

EDDY_TEST(ShieldTest, AGroupInsideIsShieldedWithItsChildren) {
  int finished = 0;
  auto task = create_task([&]() -> Task<> {
    co_await shield(task_group([&](TaskGroup& tg) {
      for (int i = 1; i <= 3; ++i) {
        tg.create_task(
            [&](int delay) -> Task<> {
              co_await sleep(std::chrono::seconds(delay));
              ++finished;
            },
            i);
      }
    }));
    co_await checkpoint();
    finished = -1;
  });
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(finished, 3);
}

EDDY_TEST(ShieldTest, AroundAHandleItWaitsOnAndLeavesTheTaskAlone) {
  auto h = create_task(value_after, 3s, 3);
  auto r = co_await outcome(wait_for(shield(h), 1s));
  CO_ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r.value(), 3);
  EXPECT_FALSE(h.cancelled());
}

EDDY_TEST(ShieldTest, AHandleCancelledByOthersIsTaskCancelledInside) {
  auto h = create_task(sleep, 1h);
  auto canceller = create_task([&]() -> Task<> {
    h.cancel();
    co_return;
  });
  auto r = co_await outcome(shield(h));
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  co_await canceller;
}

// What is inside may cancel itself: only what comes from outside is hidden.
EDDY_TEST(ShieldTest, ACancelFromInsideIsSeenInside) {
  bool outside = false;
  co_await shield(task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    co_await checkpoint();
    ADD_FAILURE() << "went on";
  }));
  outside = true;
  EXPECT_TRUE(outside);
}

EDDY_TEST(ShieldTest, NestedShieldsEndOneByOne) {
  Ints log;
  auto task = create_task([&]() -> Task<> {
    co_await shield([](Ints& l) -> Task<> {
      co_await shield(sleep(2s));
      l.push_back(1);
      co_await sleep(1s);
      l.push_back(2);
    }(log));
    co_await sleep(1s);
    log.push_back(3);
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, (Ints{1, 2}));
}

// Two shields with a scope between: cancelling the middle one must not reach into the inner shield.
EDDY_TEST(ShieldTest, ACancelBetweenTwoShieldsStopsAtTheInnerOne) {
  bool inner = false, middle_went_on = false, outer_went_on = false;
  auto middle = [&](Timeout&) -> Task<> {
    co_await shield(sleep(3s));
    inner = true;
    co_await checkpoint();
    middle_went_on = true;
  };
  auto r = co_await outcome(shield(timeout(1s, middle)));
  outer_went_on = true;
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(inner && outer_went_on);
  EXPECT_FALSE(middle_went_on);
}

}  // namespace
}  // namespace eddy

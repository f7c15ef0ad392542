// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

Task<> serve(Started<int> ready, int port) {
  co_await sleep(1s);
  co_await ready(port + 1);
  co_await sleep(5s);
}

// The tour's form.
EDDY_TEST(TaskGroupStartTest, ReturnsWhatTheChildReports) {
  TimePoint begin = now();
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    int port = co_await tg.start(serve, 79);
    EXPECT_EQ(port, 80);
    EXPECT_EQ(now() - begin, 1s);
    EXPECT_EQ(tg.size(), 1u);
  });
  EXPECT_EQ(now() - begin, 6s);
}

EDDY_TEST(TaskGroupStartTest, TheValueMayBeNothingOrMoveOnly) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    co_await tg.start([](Started<> ready) -> Task<> { co_await ready(); });
    auto pointer = co_await tg.start([](Started<std::unique_ptr<int>> ready) -> Task<> {
      auto seven = std::make_unique<int>(7);
      co_await ready(std::move(seven));
    });
    EXPECT_EQ(*pointer, 7);
  });
}

EDDY_TEST(TaskGroupStartTest, AnErrorBeforeReadyComesOutOfStartAndTheGroupLivesOn) {
  bool sibling = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task([&]() -> Task<> {
      co_await sleep(3s);
      sibling = true;
    });
    auto r = co_await outcome(tg.start([](Started<int>) -> Task<> {
      co_await sleep(1s);
      throw Boom("cannot bind");
    }));
    EXPECT_NE(r.error_as<Boom>(), nullptr);
    co_await checkpoint();
  });
  EXPECT_TRUE(sibling);
}

EDDY_TEST(TaskGroupStartTest, AnErrorAfterReadyFailsTheGroup) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    co_await tg.start([](Started<int> ready) -> Task<> {
      co_await ready(1);
      co_await fail_after(1s, "later");
    });
    co_await sleep(1h);
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("later")});
}

EDDY_TEST(TaskGroupStartTest, AChildThatEndsWithoutReportingIsAnErrorOfStart) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto r = co_await outcome(tg.start([](Started<int>) -> Task<> { co_await sleep(1s); }));
    EXPECT_NE(r.error_as<RuntimeError>(), nullptr);
    EXPECT_NE(r.message().find("ready"), std::string::npos);
  });
}

EDDY_TEST(TaskGroupStartTest, ReportingTwiceIsAnErrorOfTheChild) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    co_await tg.start([](Started<int> ready) -> Task<> {
      co_await ready(1);
      co_await ready(2);
    });
  }));
  CO_ASSERT_EQ(errors_in(r).size(), 1u);
  EXPECT_NE(errors_in(r)[0].find("only once"), std::string::npos);
}

EDDY_TEST(TaskGroupStartTest, CancellingTheWaitCancelsTheChild) {
  bool child = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto starting = tg.start([&](Started<int>) -> Task<> { co_await slow_to_end(child, 2s); });
    TimePoint begin = now();
    auto r = co_await outcome(wait_for(std::move(starting), 1s));
    EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
    EXPECT_EQ(now() - begin, 3s);
    EXPECT_EQ(tg.size(), 0u);
  });
  EXPECT_TRUE(child);
}

EDDY_TEST(TaskGroupStartTest, AnErrorInTheCleanupOfACancelledStartComesOutOfIt) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto failing = [](Started<int>) -> Task<> { co_await fail_when_cancelled("cleanup"); };
    auto r = co_await outcome(wait_for(tg.start(failing), 1s));
    EXPECT_NE(r.error_as<Boom>(), nullptr);
  });
}

EDDY_TEST(TaskGroupStartTest, AChildCancelledByOthersIsTaskCancelled) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto r = co_await outcome(tg.start([](Started<int>) -> Task<> {
      current_task().cancel();
      co_await checkpoint();
    }));
    EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  });
}

// A child that has reported runs on; its report cannot be taken back, so it is delivered with the cancel pending.
EDDY_TEST(TaskGroupStartTest, CancelledInTheTurnOfTheReportItStillDelivers) {
  std::optional<int> port;
  bool went_on = false, child = false;
  auto task = create_task([&]() -> Task<> {
    AnyTask whole = current_task();
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      port = co_await tg.start([&](Started<int> ready) -> Task<> {
        co_await ready(5);
        whole.cancel();
        co_await wait_long(child);
      });
      co_await checkpoint();
      went_on = true;
    });
  });
  auto r = co_await outcome(task);
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_EQ(port, 5);
  EXPECT_TRUE(child);
  EXPECT_FALSE(went_on);
}

EDDY_TEST(TaskGroupStartTest, StartingIntoACancelledGroupIsCancelled) {
  bool ran = false, went_on = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    co_await tg.start([&](Started<int> ready) -> Task<> {
      ran = true;
      co_await ready(1);
    });
    went_on = true;
  });
  EXPECT_FALSE(ran || went_on);
}

EDDY_TEST(TaskGroupStartTest, TheReportMayComeFromSomebodyElse) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    int port = co_await tg.start([&](Started<int> ready) -> Task<> {
      tg.create_task(
          [](Started<int> r) -> Task<> {
            co_await sleep(1s);
            co_await r(9);
          },
          ready);
      co_await sleep(1h);
    });
    EXPECT_EQ(port, 9);
    tg.cancel();
  });
}

EDDY_TEST(TaskGroupStartTest, AReportAfterTheChildHasEndedGoesNowhere) {
  std::optional<Started<int>> kept;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto r = co_await outcome(tg.start([&](Started<int> ready) -> Task<> {
      kept = ready;
      co_return;
    }));
    EXPECT_FALSE(r);
  });
  co_await (*kept)(1);
}

EDDY_TEST(TaskGroupStartTest, AReportAfterTheWaitWasCancelledGoesNowhere) {
  std::optional<Started<int>> kept;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto starting = tg.start([&](Started<int> ready) -> Task<> {
      kept = ready;
      co_await sleep(1h);
    });
    auto r = co_await outcome(wait_for(std::move(starting), 1s));
    EXPECT_FALSE(r);
  });
  co_await (*kept)(1);
}

EDDY_TEST(TaskGroupStartTest, AStartThatIsNeverAwaitedLeavesAnOrdinaryChild) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    {
      auto dropped = tg.start([](Started<int>) -> Task<> { co_await fail_after(1s, "nobody waits"); });
    }
    co_await sleep(2s);
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("nobody waits")});
}

}  // namespace
}  // namespace eddy

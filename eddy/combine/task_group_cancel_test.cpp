// SPDX-License-Identifier: MIT
#include <optional>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(TaskGroupCancelTest, CancellingTheTaskEndsBodyAndChildrenFirst) {
  bool body = false, ended = false, after = false;
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      tg.create_task(slow_to_end, std::ref(ended), 3s);
      co_await wait_long(body);
    });
    after = true;
  });
  co_await sleep(1s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(body && ended);
  EXPECT_FALSE(after);
  EXPECT_EQ(now() - begin, 3s);
}

// 3b §1.11: tg.cancel() ends a void group normally; the caller goes on.
EDDY_TEST(TaskGroupCancelTest, CancelOfAVoidGroupReturns) {
  bool child = false, body_went_on = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(wait_long, std::ref(child));
    co_await sleep(1s);
    tg.cancel();
    co_await checkpoint();
    body_went_on = true;
  });
  EXPECT_TRUE(child);
  EXPECT_FALSE(body_went_on);
  co_await checkpoint();  // nothing is pending
}

// 3b §1.11: there is no value to give.
EDDY_TEST(TaskGroupCancelTest, CancelOfAGroupWithAValueThrowsTaskCancelled) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<int> {
    tg.cancel();
    co_await checkpoint();
    co_return 1;
  }));
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
}

EDDY_TEST(TaskGroupCancelTest, ABodyThatReturnsItsValueAfterCancelDeliversIt) {
  bool child = false;
  int value = co_await task_group([&](TaskGroup& tg) -> Task<int> {
    tg.create_task(wait_long, std::ref(child));
    co_await sleep(1s);
    tg.cancel();
    co_return 1;
  });
  EXPECT_EQ(value, 1);
  EXPECT_TRUE(child);
}

EDDY_TEST(TaskGroupCancelTest, AChildMayCancelItsGroup) {
  bool sibling = false;
  co_await task_group([&](TaskGroup& tg) {
    tg.create_task(wait_long, std::ref(sibling));
    tg.create_task([&]() -> Task<> {
      co_await sleep(1s);
      tg.cancel();
      tg.cancel();
    });
  });
  EXPECT_TRUE(sibling);
}

// 3b §1.11
EDDY_TEST(TaskGroupCancelTest, AChildCancelledByItsHandleIsNoFailure) {
  bool sibling_done = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto child = tg.create_task(sleep, 1h);
    tg.create_task([&]() -> Task<> {
      co_await sleep(2s);
      sibling_done = true;
    });
    co_await sleep(1s);
    child.cancel();
  });
  EXPECT_TRUE(sibling_done);
}

// 3b §1.5
EDDY_TEST(TaskGroupCancelTest, AChildCancelledBeforeItsStartNeverRuns) {
  test::Counters counts;
  bool ran = false;
  co_await task_group([&](TaskGroup& tg) {
    auto child = tg.create_task(
        [&](test::Tracked) -> Task<> {
          ran = true;
          co_return;
        },
        test::Tracked(counts, 1));
    child.cancel();
  });
  EXPECT_FALSE(ran);
  EXPECT_EQ(counts.alive(), 0);
}

// 3b §1.5
EDDY_TEST(TaskGroupCancelTest, AChildSpawnedWhileTheGroupShutsDownNeverRuns) {
  bool ran = false;
  TaskHandle<> late;
  auto spawn_late = [&](TaskGroup& tg) -> Task<> {
    co_await finally(sleep(1h), [&]() -> Task<> {
      late = tg.create_task([&]() -> Task<> {
        ran = true;
        co_return;
      });
      co_return;
    });
  };
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(spawn_late, std::ref(tg));
    co_await fail_after(1s, "x");
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("x")});
  EXPECT_FALSE(ran);
  EXPECT_TRUE(late.cancelled());
}

// 3b §1.5: a destructor of the arguments may cancel the group that is being spawned into.
EDDY_TEST(TaskGroupCancelTest, SpawningMayItselfCancelTheGroup) {
  struct CancelsWhenMoved {
    explicit CancelsWhenMoved(TaskGroup& tg) : group(&tg) {}
    CancelsWhenMoved(CancelsWhenMoved&& other) noexcept : group(other.group) { group->cancel(); }
    TaskGroup* group;
  };
  bool ran = false;
  co_await task_group([&](TaskGroup& tg) {
    tg.create_task(
        [&](CancelsWhenMoved) -> Task<> {
          ran = true;
          co_return;
        },
        CancelsWhenMoved(tg));
  });
  EXPECT_FALSE(ran);
}

// The tour: the group's errors are thrown, the cancel stays pending.
EDDY_TEST(TaskGroupCancelTest, CancelledFromOutsideWhileChildrenFailedThrowsAndStaysCancelled) {
  bool caught = false, went_on = false;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await task_group([&](TaskGroup& tg) { tg.create_task(fail_when_cancelled, "cleanup"); });
    } catch (const ExceptionGroup& e) {
      caught = e.exceptions().size() == 1;
    }
    co_await checkpoint();
    went_on = true;
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(caught);
  EXPECT_FALSE(went_on);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TaskGroupCancelTest, CancelWhileWaitingForTheLastChildren) {
  bool ended = false;
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) { tg.create_task(slow_to_end, std::ref(ended), 1s); });
  });
  co_await sleep(1s);
  task.cancel();
  task.cancel("twice");
  auto r = co_await outcome(task);
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_TRUE(ended);
}

// 3b §1.11: an outer cancel between the body's end and the join counts only if it stopped something.
EDDY_TEST(TaskGroupCancelTest, AnOuterCancelThatStopsNothingLetsTheValuePass) {
  std::optional<int> value;
  bool went_on = false;
  auto task = create_task([&]() -> Task<> {
    value = co_await task_group([&](TaskGroup& tg) -> Task<int> {
      tg.create_task([&]() -> Task<> { co_await shield(sleep(2s)); });
      co_return 3;
    });
    co_await checkpoint();
    went_on = true;
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(value, 3);
  EXPECT_FALSE(went_on);
}

EDDY_TEST(TaskGroupCancelTest, AnOuterCancelThatStopsAChildCancelsTheGroup) {
  std::optional<int> value;
  auto task = create_task([&]() -> Task<> {
    value = co_await task_group([&](TaskGroup& tg) -> Task<int> {
      tg.create_task(sleep, 1h);
      co_return 3;
    });
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(value, std::nullopt);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TaskGroupCancelTest, AnInnerGroupsCancelStaysInside) {
  bool outer_child = false;
  co_await task_group([&](TaskGroup& outer) -> Task<> {
    outer.create_task([&]() -> Task<> {
      co_await sleep(2s);
      outer_child = true;
    });
    co_await task_group([&](TaskGroup& inner) -> Task<> {
      inner.create_task(sleep, 1h);
      inner.cancel();
      co_await checkpoint();
    });
    co_await sleep(1s);
  });
  EXPECT_TRUE(outer_child);
}

EDDY_TEST(TaskGroupCancelTest, ACancelledGroupOpenedInACancelledScopeRunsOnlyToItsFirstAwait) {
  bool body_ran = false, child_ran = false, went_on = false;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    co_await task_group([&](TaskGroup& inner) -> Task<> {
      body_ran = true;
      inner.create_task([&]() -> Task<> {
        child_ran = true;
        co_return;
      });
      co_await checkpoint();
      went_on = true;
    });
  });
  EXPECT_TRUE(body_ran);
  EXPECT_FALSE(child_ran || went_on);
}

EDDY_TEST(TaskGroupCancelTest, AChildThatCancelsTheWholeTaskGoesDownWithIt) {
  bool sibling = false;
  auto task = create_task([&]() -> Task<> {
    AnyTask whole = current_task();
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task(wait_long, std::ref(sibling));
      tg.create_task([&]() -> Task<> {
        co_await sleep(1s);
        whole.cancel();
        co_await checkpoint();
        ADD_FAILURE() << "went on";
      });
    });
  });
  auto r = co_await outcome(task);
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_TRUE(sibling);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// How as_completed ends early: break, exception, cancellation, moved, destroyed in teardown (3b §1.1).
#include <memory>
#include <optional>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

std::vector<Task<int>> one_fast_one_slow_to_end(bool& ended, Duration cleanup) {
  std::vector<Task<int>> tasks;
  tasks.push_back(value_after(1s, 1));
  tasks.push_back(slow_to_end(ended, cleanup));
  return tasks;
}

EDDY_TEST(AsCompletedEndTest, BreakCancelsTheRestAndTheTaskEndsOnlyAfterThem) {
  bool ended = false, body_over = false;
  auto task = create_task([&]() -> Task<> {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 3s));
    while (auto next = co_await completed.next()) {
      EXPECT_EQ(next->value(), 1);
      break;
    }
    EXPECT_FALSE(ended);
    body_over = true;
  });
  co_await sleep(2s);
  EXPECT_TRUE(body_over);
  EXPECT_FALSE(task.done());
  TimePoint begin = now();
  co_await task;
  EXPECT_TRUE(ended);
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(AsCompletedEndTest, TheCodeBehindTheBreakDoesNotWait) {
  bool ended = false;
  auto task = create_task([&]() -> Task<Duration> {
    {
      auto completed = as_completed(one_fast_one_slow_to_end(ended, 10s));
      auto next = co_await completed.next();
    }
    TimePoint begin = now();
    co_await sleep(1s);
    co_return now() - begin;
  });
  EXPECT_EQ(co_await task, Duration(1s));
  EXPECT_TRUE(ended);
}

EDDY_TEST(AsCompletedEndTest, AnExceptionInTheLoopBodyCancelsTheRest) {
  bool ended = false;
  auto task = create_task([&]() -> Task<> {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 1s));
    while (auto next = co_await completed.next()) throw Boom("loop");
  });
  auto r = co_await outcome(task);
  EXPECT_EQ(r.message(), "loop");
  EXPECT_TRUE(ended);
}

EDDY_TEST(AsCompletedEndTest, HandlesAreLeftRunning) {
  auto h = create_task(value_after, 5s, 5);
  {
    std::vector<TaskHandle<int>> handles{h};
    auto completed = as_completed(handles);
    co_await checkpoint();
  }
  EXPECT_EQ(co_await h, 5);
}

Task<> use_local_of_owner(bool& frame_gone, bool& used_after) {
  co_await finally(sleep(1h), [&]() -> Task<> {
    co_await sleep(2s);
    used_after = frame_gone;
  });
}

/// Cancels a task that owns an as_completed and waits in `how`, while a child is slow to end. True when the frames
/// stood until the child had ended.
template <class How>
Task<bool> frames_outlive_children(How how) {
  bool frame_gone = false, used_after = false;
  auto task = create_task([&]() -> Task<> {
    Dies local(frame_gone);
    std::vector<Task<>> tasks;
    tasks.push_back(use_local_of_owner(frame_gone, used_after));
    auto completed = as_completed(std::move(tasks));
    co_await how(completed);
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(frame_gone && task.cancelled());
  co_return !used_after;
}

EDDY_TEST(AsCompletedEndTest, CancelledInNextTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto& c) -> Task<> { auto next = co_await c.next(); }));
}
EDDY_TEST(AsCompletedEndTest, CancelledInALeafTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto&) { return sleep(1h); }));
}
EDDY_TEST(AsCompletedEndTest, CancelledInAGatherTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto&) { return gather(sleep(1h), sleep(2h)); }));
}
EDDY_TEST(AsCompletedEndTest, CancelledInAGroupTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children(
      [](auto&) { return task_group([](TaskGroup& tg) { tg.create_task(sleep, 1h); }); }));
}
EDDY_TEST(AsCompletedEndTest, CancelledInATimeoutTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto&) { return wait_for(sleep(1h), 2h); }));
}
EDDY_TEST(AsCompletedEndTest, CancelledInAShieldTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto&) -> Task<> {
    co_await shield(sleep(2s));
    co_await checkpoint();
  }));
}
// The cancel comes while the cleanup of an inner timeout runs, when nothing was waiting at a leaf of the task's own.
EDDY_TEST(AsCompletedEndTest, CancelledInACleanupTheFramesStandUntilTheChildrenHaveEnded) {
  EXPECT_TRUE(co_await frames_outlive_children(
      [](auto&) -> Task<> { co_await wait_for(finally(sleep(1h), [] { return sleep(1500ms); }), 500ms); }));
}

EDDY_TEST(AsCompletedEndTest, InABranchOfAGatherTheBranchsFramesStandToo) {
  EXPECT_TRUE(co_await frames_outlive_children([](auto&) -> Task<> {
    bool gone = false, after = false;
    auto branch = [&]() -> Task<> {
      Dies local(gone);
      std::vector<Task<>> tasks;
      tasks.push_back(use_local_of_owner(gone, after));
      auto completed = as_completed(std::move(tasks));
      co_await sleep(1h);
    };
    auto check = [&]() -> Task<> {
      EXPECT_FALSE(after);
      co_return;
    };
    co_await finally(gather(branch(), sleep(1h)), check);
  }));
}

EDDY_TEST(AsCompletedEndTest, OutcomeSeesTheCancelAtOnceAndTheTaskEndsAfterTheChildren) {
  bool ended = false;
  Duration noticed{};
  auto task = create_task([&]() -> Task<> {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 5s));
    TimePoint begin = now();
    auto r = co_await outcome(sleep(1h));
    EXPECT_TRUE(r.cancelled());
    noticed = now() - begin;
  });
  co_await sleep(2s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(noticed, Duration(2s));
  EXPECT_TRUE(ended);
}

EDDY_TEST(AsCompletedEndTest, MovedItGoesOn) {
  bool ended = false;
  std::optional<AsCompleted<int>> kept;
  {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 1s));
    kept.emplace(std::move(completed));
  }
  co_await checkpoint();
  EXPECT_EQ((co_await kept->next())->value(), 1);
  auto again = std::make_unique<AsCompleted<int>>(std::move(*kept));
  kept.reset();
  EXPECT_FALSE(ended);
  again.reset();
  co_await sleep(2s);
  EXPECT_TRUE(ended);
}

EDDY_TEST(AsCompletedEndTest, OutOfAnInnerScopeItGoesOn) {
  std::optional<AsCompleted<int>> completed;
  co_await timeout(1h, [&](Timeout&) {
    std::vector<Task<int>> tasks;
    tasks.push_back(value_after(1s, 1));
    completed.emplace(as_completed(std::move(tasks)));
  });
  EXPECT_EQ((co_await completed->next())->value(), 1);
}

EDDY_TEST(AsCompletedEndTest, ReturnedFromItsTaskItsChildrenAreTheLoops) {
  bool ended = false;
  auto maker = create_task([&]() -> Task<AsCompleted<int>> {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 1s));
    co_await checkpoint();
    co_return completed;
  });
  {
    auto completed = co_await std::move(maker);
    EXPECT_EQ((co_await completed.next())->value(), 1);
  }
  maker = {};
  co_await sleep(2s);
  EXPECT_TRUE(ended);
}

EDDY_TEST(AsCompletedEndTest, ALimitThatIsStillArmedGoesWithIt) {
  bool ended = false;
  {
    auto completed = as_completed(one_fast_one_slow_to_end(ended, 0s), 1h);
    auto next = co_await completed.next();
  }
  co_await sleep(1s);
  EXPECT_TRUE(ended);  // and the test's end finds no timer
}

EDDY_TEST(AsCompletedEndTest, ErrorsOfAbandonedTasksGoToTheHandlerOnce) {
  {
    std::vector<Task<int>> tasks;
    tasks.push_back(fail_after(1s, "unseen"));
    tasks.push_back(fail_when_cancelled("cleanup"));
    auto completed = as_completed(std::move(tasks));
    co_await sleep(2s);
  }
  co_await sleep(1s);
  EXPECT_EQ(test::lost_errors().size(), 2u);
}

}  // namespace
}  // namespace eddy

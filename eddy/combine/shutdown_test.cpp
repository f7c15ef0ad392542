// SPDX-License-Identifier: MIT
//
// The loop closes while combinators are in the middle of something: everything ends, in the end through shields.
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

/// Runs `spawn` as the main task, which ends and leaves tasks behind. The handler's messages. `kept`: task states that
/// somebody still has a handle to.
template <class F>
Texts close_over(F spawn, std::uint64_t kept = 0) {
  Texts messages;
  std::uint64_t frames = frame_stats().live;
  {
    Loop loop;
    loop.set_shutdown_grace(1ms);
    loop.set_exception_handler([&](Loop&, const ErrorContext& context) { messages.push_back(context.message); });
    auto main = [&]() -> Task<> {
      spawn();
      co_await sleep(1ms);
    };
    loop.run_until_complete(main());
    loop.close();
  }
  EXPECT_EQ(frame_stats().live, frames + kept);
  return messages;
}

Task<> hang_in_cleanup() {
  co_await finally(sleep(1h), [] { return sleep(1h); });
}

TEST(ShutdownTest, TasksThatWaitAreCancelled) {
  bool a = false, b = false;
  Texts messages = close_over([&] {
    create_task(wait_long, std::ref(a));
    create_task([&]() -> Task<> { co_await gather(wait_long(b), sleep(1h)); });
  });
  EXPECT_TRUE(a && b);
  EXPECT_TRUE(messages.empty());
}

TEST(ShutdownTest, ACleanupThatHangsIsReportedAndCut) {
  EXPECT_EQ(close_over([] { create_task(hang_in_cleanup); }).size(), 1u);
}

TEST(ShutdownTest, GroupsWithLimitsWaitingChildrenAndHangingCleanups) {
  test::Counters counts;
  close_over([&] {
    create_task([&]() -> Task<> {
      co_await task_group([&](TaskGroup& tg) -> Task<> {
        tg.limit(2);
        for (int i = 0; i < 10; ++i) {
          tg.create_task([](test::Tracked) { return hang_in_cleanup(); }, test::Tracked(counts, i));
        }
        co_await shield(sleep(1h));
      });
    });
  });
  EXPECT_EQ(counts.alive(), 0);
}

TEST(ShutdownTest, EveryCombinatorInAShield) {
  close_over([] {
    create_task([]() -> Task<> { co_await shield(gather(hang_in_cleanup(), sleep(1h))); });
    create_task([]() -> Task<> { co_await shield(race(hang_in_cleanup(), shield(sleep(1h)))); });
    create_task([]() -> Task<> { co_await shield(wait_for(hang_in_cleanup(), 2h)); });
    create_task([]() -> Task<> { auto r = co_await outcome(shield(sleep(1h))); });
    create_task(
        []() -> Task<> { co_await shield(task_group([](TaskGroup& tg) { tg.create_task(hang_in_cleanup); })); });
  });
}

TEST(ShutdownTest, ChildrenThatATaskHasAbandoned) {
  close_over([] {
    create_task([]() -> Task<> {
      std::vector<Task<>> tasks;
      tasks.push_back([]() -> Task<> { co_await shield(sleep(1h)); }());
      auto completed = as_completed(std::move(tasks));
      co_await checkpoint();
    });
  });
}

TEST(ShutdownTest, FramesThatWaitForChildrenOfAnObject) {
  close_over([] {
    create_task([]() -> Task<> {
      std::vector<Task<>> tasks;
      tasks.push_back(hang_in_cleanup());
      auto completed = as_completed(std::move(tasks));
      co_await gather(sleep(1h), sleep(1h));
    });
  });
}

TEST(ShutdownTest, AScopeThatHasOutlivedItsTaskAndOutlivesTheLoop) {
  auto scope = std::make_unique<Scope>();
  bool ended = false;
  close_over([&] {
    create_task([&]() -> Task<> {
      scope->create_task(wait_long, std::ref(ended));
      co_return;
    });
  });
  EXPECT_TRUE(ended);
  EXPECT_TRUE(scope->empty());
}

TEST(ShutdownTest, AScopeThatWasUsedOutsideOfTasks) {
  Scope scope;
  bool ended = false;
  close_over([&] { get_running_loop().call_soon([&] { scope.create_task(wait_long, std::ref(ended)); }); });
  EXPECT_TRUE(ended);
}

TEST(ShutdownTest, AnAsCompletedWithALimitThatOutlivesTheLoop) {
  std::optional<AsCompleted<int>> completed;
  bool ended = false;
  close_over(
      [&] {
        create_task([&]() -> Task<> {
          std::vector<Task<int>> tasks;
          tasks.push_back(wait_long(ended));
          completed.emplace(as_completed(std::move(tasks), 1h));
          co_await checkpoint();
        });
      },
      1);
  EXPECT_TRUE(ended);
}

TEST(ShutdownTest, TwoTasksThatWaitForEachOthersEnd) {
  std::vector<TaskHandle<>> both(2);
  auto wait_on = [&](std::size_t other) -> Task<> {
    co_await checkpoint();
    co_await wait_for(both[other], 1h);
  };
  Texts messages = close_over([&] {
    both[0] = create_task(std::ref(wait_on), std::size_t{1});
    both[1] = create_task(std::ref(wait_on), std::size_t{0});
    create_task(
        [](std::vector<TaskHandle<>>& handles) -> Task<> {
          co_await sleep(0s);
          co_await sleep(0s);
          co_await sleep(0s);
          handles[0].cancel();
          handles.clear();
        },
        std::ref(both));
  });
  EXPECT_EQ(messages.size(), 2u);  // both hung
}

TEST(ShutdownTest, TasksAreCancelledBetweenTwoRunsOfTheLoop) {
  Loop loop;
  auto sleeper = loop.create_task(sleep, 1h);
  auto group = loop.create_task([]() -> Task<> {
    co_await task_group([](TaskGroup& tg) {
      tg.limit(1);
      for (int i = 0; i < 3; ++i) tg.create_task(sleep, 1h);
    });
  });
  loop.run_until_complete(checkpoint());
  sleeper.cancel();
  group.cancel();
  loop.run_until_complete(sleep(1ms));
  EXPECT_TRUE(sleeper.cancelled());
  EXPECT_TRUE(group.cancelled());
  loop.close();
}

TEST(ShutdownTest, WhatACleanupStartsWhileTheLoopClosesNeverRuns) {
  bool ran = false;
  close_over([&] {
    create_task([&]() -> Task<> {
      co_await finally(sleep(1h), [&] {
        create_task([&]() -> Task<> {
          ran = true;
          co_return;
        });
      });
    });
  });
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// The loop by hand.
#include "eddy/core/loop.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<int> add(int a, int b) {
  co_await checkpoint();
  co_return a + b;
}
Task<> for_ever() { co_await sleep(1h); }

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoopTest, RunsATaskUntilItIsComplete) {
  Loop loop;
  EXPECT_EQ(loop.run_until_complete(add(1, 2)), 3);
  EXPECT_EQ(loop.run_until_complete(add(3, 4)), 7);  // and again
  loop.close();
}

TEST(LoopTest, RunUntilCompleteThrowsWhatTheTaskThrew) {
  Loop loop;
  auto fail = []() -> Task<> {
    throw std::out_of_range("too far");
    co_return;
  };
  EXPECT_THROW(loop.run_until_complete(fail()), std::out_of_range);
}

TEST(LoopTest, RunUntilCompleteTakesHandlesAndCallables) {
  Loop loop;
  auto handle = loop.create_task(add, 1, 2);
  EXPECT_EQ(loop.run_until_complete(handle), 3);
  EXPECT_EQ(loop.run_until_complete([] { return add(5, 6); }), 11);
  EXPECT_EQ(handle.result(), 3);
}

TEST(LoopTest, RunUntilCompleteOfAStoppedLoopSaysSo) {
  Loop loop;
  auto stop_and_wait = [&]() -> Task<> {
    loop.stop();
    co_await sleep(1h);
  };
  EXPECT_EQ(error_of([&] { loop.run_until_complete(stop_and_wait()); }),
            "run_until_complete(): the event loop was stopped before the task was done");
}

TEST(LoopTest, RunForeverRunsUntilItIsStopped) {
  Loop loop;
  int turns = 0;
  std::function<void()> count = [&] {
    if (++turns == 10) return loop.stop();
    loop.call_soon([&] { count(); });
  };
  loop.call_soon([&] { count(); });
  loop.run_forever();
  EXPECT_EQ(turns, 10);
  EXPECT_FALSE(loop.is_running());
}

TEST(LoopTest, StopLetsWhatIsReadyRunFirst) {
  Loop loop;
  std::vector<int> order;
  loop.call_soon([&] { order.push_back(1); });
  loop.call_soon([&] { loop.stop(); });
  loop.call_soon([&] { order.push_back(2); });
  loop.run_forever();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(LoopTest, StoppedBeforeItRunsItReturnsAfterOneTurn) {
  Loop loop;
  bool ran = false;
  loop.call_soon([&] { ran = true; });
  loop.stop();
  loop.run_forever();
  EXPECT_TRUE(ran);
}

TEST(LoopTest, GoesOnWhereItWasStopped) {
  Loop loop;
  auto task = loop.create_task([]() -> Task<int> {
    for (int i = 0; i < 3; ++i) co_await checkpoint();
    co_return 4;
  });
  loop.stop();
  loop.run_forever();
  EXPECT_EQ(loop.run_until_complete(task), 4);
}

TEST(LoopTest, KnowsWhatItIsDoing) {
  Loop loop;
  EXPECT_FALSE(loop.is_running());
  EXPECT_FALSE(loop.is_closed());
  bool running = false;
  loop.call_soon([&] {
    running = loop.is_running();
    EXPECT_EQ(&get_running_loop(), &loop);
    loop.stop();
  });
  loop.run_forever();
  EXPECT_TRUE(running);
  loop.close();
  EXPECT_TRUE(loop.is_closed());
}

TEST(LoopTest, IsNotTheRunningOneOutsideOfARun) {
  Loop loop;
  EXPECT_EQ(error_of([] { get_running_loop(); }),
            "no running event loop: this must be called from a task or a callback");
  loop.run_until_complete(add(1, 2));
  EXPECT_THROW(get_running_loop(), RuntimeError);
}

TEST(LoopTest, CannotRunInsideARunningLoop) {
  Loop outer;
  std::string same;
  std::string other;
  outer.call_soon([&] {
    same = error_of([&] { outer.run_forever(); });
    Loop inner;
    other = error_of([&] { inner.run_forever(); });
    outer.stop();
  });
  outer.run_forever();
  EXPECT_EQ(same, "run_forever(): this event loop is already running");
  EXPECT_NE(other.find("run_forever() cannot be called from a running event loop"), std::string::npos) << other;
}

TEST(LoopTest, CannotBeClosedWhileItRuns) {
  Loop loop;
  std::string message;
  loop.call_soon([&] {
    message = error_of([&] { loop.close(); });
    loop.stop();
  });
  loop.run_forever();
  EXPECT_EQ(message, "close(): cannot close a running event loop; stop() it first");
}

TEST(LoopCloseTest, CancelsWhatIsLeftAndWaitsForIt) {
  std::string log;
  {
    Loop loop;
    auto left = [&]() -> Task<> { co_await finally(for_ever(), [&] { return add(1, 2); }); };
    auto handle = loop.create_task([&]() -> Task<> {
      ScopeGuard guard([&] { log += "ended"; });
      co_await left();
    });
    loop.run_until_complete(add(1, 2));
    loop.close();
    EXPECT_TRUE(handle.cancelled());
  }
  EXPECT_EQ(log, "ended");
}

TEST(LoopCloseTest, WhatNeverStartedNeverRuns) {
  bool ran = false;
  auto cell = std::make_shared<int>(1);
  Loop loop;
  loop.set_debug(false);  // which reports it
  auto body = [&](std::shared_ptr<int>) -> Task<> {
    ran = true;
    co_return;
  };
  loop.create_task(body, cell);
  loop.close();
  EXPECT_FALSE(ran);
  EXPECT_EQ(cell.use_count(), 1);
}

TEST(LoopCloseTest, ForgetsCallbacksThatHaveNotRun) {
  auto cell = std::make_shared<int>(1);
  bool called = false;
  Loop loop;
  loop.call_soon([&called, cell] { called = true; });
  loop.call_later(1h, [&called, cell] { called = true; });
  loop.call_soon_threadsafe([&called, cell] { called = true; });
  loop.close();
  EXPECT_FALSE(called);
  EXPECT_EQ(cell.use_count(), 1);
}

TEST(LoopCloseTest, ACallFromAnotherThreadIsRefusedAfterwards) {
  auto cell = std::make_shared<int>(1);
  Loop loop;
  loop.close();
  std::thread([&] { EXPECT_THROW(loop.call_soon_threadsafe([cell] {}), RuntimeError); }).join();
  EXPECT_EQ(cell.use_count(), 1);
}

TEST(LoopCloseTest, TwiceIsLikeOnceAndTheDestructorCloses) {
  bool destroyed = false;
  {
    Loop loop;
    auto sleeper = [&]() -> Task<> {
      ScopeGuard guard([&] { destroyed = true; });
      co_await sleep(1h);
    };
    loop.create_task(std::ref(sleeper));
    loop.stop();
    loop.run_forever();
  }
  EXPECT_TRUE(destroyed);
  Loop loop;
  loop.close();
  loop.close();
}

TEST(LoopCloseTest, AClosedLoopRefusesToWork) {
  Loop loop;
  loop.close();
  EXPECT_EQ(error_of([&] { loop.run_forever(); }), "run_forever(): event loop is closed");
  EXPECT_EQ(error_of([&] { loop.run_until_complete(add(1, 2)); }), "run_until_complete(): event loop is closed");
  EXPECT_EQ(error_of([&] { loop.create_task(for_ever); }), "create_task(): event loop is closed");
  EXPECT_EQ(error_of([&] { loop.call_soon([] {}); }), "call_soon(): event loop is closed");
  EXPECT_EQ(error_of([&] { loop.call_later(1s, [] {}); }), "call_later(): event loop is closed");
}

// Between two runs a task may be asked, named and cancelled all the same.
TEST(LoopBetweenRunsTest, ATaskCanBeCancelled) {
  Loop loop;
  auto task = loop.create_task(for_ever);
  loop.run_until_complete(add(1, 2));
  EXPECT_TRUE(task.cancel("between"));
  EXPECT_FALSE(task.done());
  EXPECT_NE(error_of([&] { loop.run_until_complete(task); }).find("was cancelled: between"), std::string::npos);
  EXPECT_TRUE(task.cancelled());
}

TEST(LoopBetweenRunsTest, ADoneTaskCanBeAsked) {
  Loop loop;
  auto task = loop.create_task(add, 1, 2);
  loop.run_until_complete(task);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(task.result(), 3);
  loop.close();
  EXPECT_EQ(task.result(), 3);
}

TEST(LoopBetweenRunsTest, AnErrorThatNobodyRetrievedReachesTheLoopsHandler) {
  std::vector<std::string> messages;
  Loop loop;
  loop.set_exception_handler([&](Loop&, const ErrorContext& context) { messages.push_back(context.message); });
  auto fail = []() -> Task<> {
    throw std::runtime_error("lost");
    co_return;
  };
  loop.create_task(fail).set_name("first");
  loop.run_until_complete(add(1, 2));
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0], "exception of task 'first' was never retrieved");
}

}  // namespace
}  // namespace eddy

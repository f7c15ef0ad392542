// SPDX-License-Identifier: MIT
#include "eddy/core/run.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<int> add(int a, int b) {
  co_await sleep(0s);
  co_return a + b;
}

/// Collects what reaches the handler of the loop that runs now.
void collect_errors(std::vector<std::string>& into) {
  get_running_loop().set_exception_handler([&into](Loop&, const ErrorContext& context) {
    into.push_back(context.exception ? context.message + ": " + describe(context.exception) : context.message);
  });
}

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunTest, GivesTheValue) {
  EXPECT_EQ(run(add(1, 2)), 3);
  EXPECT_EQ(run([] { return add(3, 4); }), 7);
  static_assert(std::is_void_v<decltype(run(std::declval<Task<>>()))>);
}

TEST(RunTest, GivesAMoveOnlyValue) {
  auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); };
  EXPECT_EQ(*run(make()), 4);
}

TEST(RunTest, ThrowsTheError) {
  auto fail = []() -> Task<> {
    throw std::out_of_range("too far");
    co_return;
  };
  EXPECT_THROW(run(fail()), std::out_of_range);
  EXPECT_EQ(run(add(1, 1)), 2);  // and the thread is as before
}

TEST(RunTest, TakesOperationsToo) {
  run(sleep(0s));
  EXPECT_EQ(run(wait_for(add(1, 2), 1h)), 3);
}

TEST(RunTest, InsideARunningLoopSaysSo) {
  std::string message;
  run([&]() -> Task<> {
    get_running_loop().set_debug(false);  // which reports the coroutine that does not get to run
    message = error_of([] { run(add(1, 2)); });
    co_return;
  });
  EXPECT_NE(message.find("run() cannot be called from a running event loop"), std::string::npos) << message;
}

TEST(RunTest, OfATaskThatCancelsItselfThrowsTaskCancelled) {
  auto body = []() -> Task<> {
    current_task().set_name("main");
    current_task().cancel("had enough");
    co_await checkpoint();
  };
  EXPECT_EQ(error_of([&] { run(body()); }), "task 'main' was cancelled: had enough");
}

TEST(RunTest, OfAStoppedLoopSaysSo) {
  auto body = []() -> Task<> {
    get_running_loop().stop();
    co_await sleep(1h);
  };
  EXPECT_EQ(error_of([&] { run(body()); }), "run(): the event loop was stopped before the main task was done");
}

TEST(RunTest, CancelsAndAwaitsWhatIsLeft) {
  std::string log;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(1ms);
    log += "cleaned ";
  };
  auto left = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "ended"; });
    co_await finally(sleep(1h), [&] { return cleanup(); });
  };
  EXPECT_EQ(run([&]() -> Task<int> {
              create_task(std::ref(left));
              co_await checkpoint();
              co_await checkpoint();
              co_return 5;
            }),
            5);
  EXPECT_EQ(log, "cleaned ended");
}

TEST(RunTest, WhatIsLeftIsCancelledAlsoWhenTheMainTaskFails) {
  bool ended = false;
  auto left = [&]() -> Task<> {
    ScopeGuard guard([&] { ended = true; });
    co_await sleep(1h);
  };
  auto body = [&]() -> Task<> {
    create_task(std::ref(left));
    co_await checkpoint();
    throw std::runtime_error("main");
  };
  EXPECT_THROW(run(body()), std::runtime_error);
  EXPECT_TRUE(ended);
}

TEST(RunTest, ErrorsOfWhatIsLeftGoToTheHandler) {
  std::vector<std::string> errors;
  auto left = []() -> Task<> {
    current_task().set_name("left");
    auto result = co_await outcome(sleep(1h));
    throw std::runtime_error("while ending");
  };
  run([&]() -> Task<> {
    collect_errors(errors);
    create_task(left);
    co_await checkpoint();
    co_await checkpoint();
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], "exception of task 'left' was never retrieved: std::runtime_error: while ending");
}

TEST(RunShutdownTest, ACleanupThatHangsIsReportedAndThenCancelledThroughItsShield) {
  std::vector<std::string> errors;
  bool finished = false;
  bool destroyed = false;
  auto hang = [&]() -> Task<> {
    ScopeGuard guard([&] { destroyed = true; });
    co_await sleep(1h);
    finished = true;
  };
  auto stubborn = [&]() -> Task<> {
    current_task().set_name("stubborn");
    co_await finally(sleep(1h), [&] { return hang(); });
  };
  auto before = std::chrono::steady_clock::now();
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        create_task(std::ref(stubborn));
        co_await checkpoint();
        co_await checkpoint();
      },
      RunOptions().shutdown_grace(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
  EXPECT_FALSE(finished);
  EXPECT_TRUE(destroyed);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("task 'stubborn' is still cleaning up"), std::string::npos) << errors[0];
}

TEST(RunShutdownTest, ACleanupThatEndsWithinTheGraceIsNotReported) {
  std::vector<std::string> errors;
  bool cleaned = false;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(1ms);
    cleaned = true;
  };
  auto left = [&]() -> Task<> { co_await finally(sleep(1h), [&] { return cleanup(); }); };
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        create_task(std::ref(left));
        co_await checkpoint();
        co_await checkpoint();
      },
      RunOptions().shutdown_grace(10s));
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(errors.empty());
}

TEST(RunShutdownTest, AHangingGroupInAShieldIsEndedToTheLastChild) {
  int alive = 0;
  auto child = [&]() -> Task<> {
    ++alive;
    ScopeGuard guard([&] { --alive; });
    co_await shield(sleep(1h));
  };
  auto group = [&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      for (int i = 0; i < 3; ++i) tg.create_task(std::ref(child));
    });
  };
  auto stubborn = [&]() -> Task<> { co_await shield(group()); };
  run(
      [&]() -> Task<> {
        get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});
        create_task(std::ref(stubborn));
        while (alive < 3) co_await checkpoint();
      },
      RunOptions().shutdown_grace(1ms));
  EXPECT_EQ(alive, 0);
}

Task<> never_awaited_here() { co_return; }

TEST(RunDebugTest, ReportsACoroutineThatWasNeverAwaitedWithItsFunctionAndPlace) {
  std::vector<std::string> errors;
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        {
          Task<> forgotten = never_awaited_here();
        }
        co_return;
      },
      RunOptions().debug(true));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_TRUE(errors[0].starts_with("coroutine '")) << errors[0];
  EXPECT_NE(errors[0].find("never_awaited_here"), std::string::npos) << errors[0];
  EXPECT_NE(errors[0].find("run_test.cpp:"), std::string::npos) << errors[0];
  EXPECT_NE(errors[0].find(") was never awaited"), std::string::npos) << errors[0];
}

TEST(RunDebugTest, SaysNothingAboutTasksThatRanOrWereCancelled) {
  std::vector<std::string> errors;
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        co_await never_awaited_here();
        auto task = create_task(never_awaited_here());
        co_await task;
        create_task(never_awaited_here()).cancel();
        co_await checkpoint();
      },
      RunOptions().debug(true));
  EXPECT_TRUE(errors.empty()) << errors[0];
}

TEST(RunDebugTest, WithoutDebugModeNothingIsSaid) {
  std::vector<std::string> errors;
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        {
          Task<> forgotten = never_awaited_here();
        }
        co_return;
      },
      RunOptions().debug(false));
  EXPECT_TRUE(errors.empty());
}

void block(std::chrono::milliseconds time) {
  auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST(RunDebugTest, ReportsWhatRunsTooLongWithoutAwaiting) {
  std::vector<std::string> errors;
  run(
      [&]() -> Task<> {
        collect_errors(errors);
        co_await checkpoint();
        block(30ms);
        co_await checkpoint();
      },
      RunOptions().debug(true).slow_callback(20ms));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("ms without awaiting"), std::string::npos) << errors[0];
}

TEST(RunDebugTest, TheEnvironmentTurnsItOn) {
  const char* set = std::getenv("EDDY_DEBUG");
  std::string before = set ? set : "";
  ASSERT_EQ(setenv("EDDY_DEBUG", "1", 1), 0);
  bool on = run([]() -> Task<bool> { co_return get_running_loop().get_debug(); });
  bool off = run([]() -> Task<bool> { co_return get_running_loop().get_debug(); }, RunOptions().debug(false));
  ASSERT_EQ(setenv("EDDY_DEBUG", before.c_str(), 1), 0);
  EXPECT_TRUE(on);
  EXPECT_FALSE(off);
}

TEST(RunTest, SeveralThreadsMayRunAtTheSameMoment) {
  std::vector<std::thread> threads;
  std::atomic<int> sum = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) sum += run([]() -> Task<int> { co_return 1; });
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 400);
}

}  // namespace
}  // namespace eddy

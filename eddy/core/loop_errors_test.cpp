// SPDX-License-Identifier: MIT
//
// Errors that no code is left to receive, and tasks on the wrong loop.
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> nothing() { co_return; }
Task<int> later(int n) {
  co_await sleep(1h);
  co_return n;
}
Task<> fails() {
  throw std::runtime_error("lost");
  co_return;
}

/// What a loop prints while a call of `f` runs it.
template <class F>
std::string printed_by(F f) {
  ::testing::internal::CaptureStderr();
  Loop loop;
  f(loop);
  loop.run_until_complete(nothing());
  loop.close();
  return ::testing::internal::GetCapturedStderr();
}

TEST(LoopErrorsTest, ArePrintedUnlessThereIsAHandler) {
  std::string text = printed_by([](Loop& loop) { loop.create_task(fails).set_name("careless"); });
  EXPECT_TRUE(text.starts_with("eddy: exception of task 'careless' was never retrieved: std::runtime_error: lost\n"))
      << text;
}

TEST(LoopErrorsTest, TheHandlerMayReplaceItself) {
  int first = 0;
  int second = 0;
  std::string kept(100, 'x');
  printed_by([&](Loop& loop) {
    loop.set_exception_handler([&, kept](Loop& of, const ErrorContext&) {
      of.set_exception_handler([&](Loop&, const ErrorContext&) { ++second; });
      first += static_cast<int>(kept.size());  // still there
    });
    loop.call_soon([] { throw std::runtime_error("one"); });
    loop.call_soon([] { throw std::runtime_error("two"); });
  });
  EXPECT_EQ(first, 100);
  EXPECT_EQ(second, 1);
}

TEST(LoopErrorsTest, TheHandlerOfASlowTaskRunsOutsideOfAnyTask) {
  int reports = 0;
  printed_by([&](Loop& loop) {
    loop.set_debug(true);
    loop.set_slow_callback(0ns);
    loop.set_exception_handler([&](Loop&, const ErrorContext&) {
      ++reports;
      EXPECT_THROW((void)current_task(), RuntimeError);
    });
  });
  EXPECT_GT(reports, 0);
}

TEST(LoopErrorsTest, GoToTheHandlerWithTheirMessageAndException) {
  std::string message;
  std::exception_ptr error;
  std::string text = printed_by([&](Loop& loop) {
    loop.set_exception_handler([&](Loop& of, const ErrorContext& context) {
      EXPECT_EQ(&of, &loop);
      message = context.message;
      error = context.exception;
    });
    loop.call_soon([] { throw std::runtime_error("bad callback"); });
  });
  EXPECT_EQ(text, "");
  EXPECT_EQ(message, "exception in callback");
  EXPECT_EQ(describe(error), "std::runtime_error: bad callback");
}

TEST(LoopErrorsTest, AnEmptyHandlerRestoresTheDefault) {
  std::string text = printed_by([](Loop& loop) {
    loop.set_exception_handler([](Loop&, const ErrorContext&) { FAIL() << "this handler was taken away"; });
    loop.set_exception_handler({});
    loop.create_task(fails);
  });
  EXPECT_NE(text.find("std::runtime_error: lost"), std::string::npos) << text;
}

TEST(LoopErrorsTest, AHandlerThatThrowsIsReportedAsWellAsWhatItWasTold) {
  std::string text = printed_by([](Loop& loop) {
    loop.set_exception_handler([](Loop&, const ErrorContext&) { throw std::logic_error("handler is broken"); });
    loop.create_task(fails);
  });
  EXPECT_NE(text.find("std::runtime_error: lost"), std::string::npos) << text;
  EXPECT_NE(text.find("exception in the exception handler: std::logic_error: handler is broken"), std::string::npos)
      << text;
}

TEST(LoopErrorsTest, AHandlerMayCallTheDefaultOne) {
  std::string text = printed_by([](Loop& loop) {
    loop.set_exception_handler(
        [](Loop& of, const ErrorContext& context) { Loop::default_exception_handler(of, context); });
    loop.create_task(fails);
  });
  EXPECT_NE(text.find("std::runtime_error: lost"), std::string::npos) << text;
}

TEST(LoopErrorsTest, ProgramsMayReportTheirOwn) {
  std::string text = printed_by([](Loop& loop) { loop.call_exception_handler(ErrorContext("disk is full", nullptr)); });
  EXPECT_EQ(text, "eddy: disk is full\n");
}

TEST(LoopErrorsTest, ATaskDroppedWhereNoLoopRunsIsReportedAllTheSame) {
  Loop loop;
  auto task = loop.create_task(fails);
  task.set_name("forgotten");
  loop.run_until_complete(nothing());
  ::testing::internal::CaptureStderr();
  task = {};
  std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("eddy: exception of task 'forgotten' was never retrieved: std::runtime_error: lost\n"), 0U)
      << text;
  EXPECT_NE(text.find("  task 'forgotten'\n    in eddy::fails at "), std::string::npos) << text;
}

TEST(OtherLoopTest, AwaitingATaskOfAnotherLoopSaysSo) {
  Loop home;
  home.set_debug(false);  // which would say that the task never ran
  Loop away;
  auto task = home.create_task(later, 1);
  task.set_name("stranger");
  std::string message;
  auto waiter = [&]() -> Task<> {
    auto result = co_await outcome(task);
    message = result.message();
  };
  away.run_until_complete(waiter());
  EXPECT_EQ(message, "task 'stranger' is attached to a different loop: await it there");
}

TEST(OtherLoopTest, TheResultOfADoneTaskMayBeReadAnywhere) {
  Loop home;
  Loop away;
  auto task = home.create_task([]() -> Task<int> { co_return 4; });
  home.run_until_complete(task);
  auto reader = [&]() -> Task<int> { co_return co_await task; };
  EXPECT_EQ(away.run_until_complete(reader()), 4);
}

}  // namespace
}  // namespace eddy

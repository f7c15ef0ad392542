// SPDX-License-Identifier: MIT
#include "eddy/threads/to_thread.h"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/core/context_var.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::to_thread;

std::string greet(const std::string& name) { return "hello " + name; }

EDDY_TEST(ToThread, RunsAFunctionElsewhereAndGivesItsResult) {
  auto here = std::this_thread::get_id();
  auto there = co_await to_thread([] { return std::this_thread::get_id(); });
  EXPECT_NE(here, there);
}

EDDY_TEST(ToThread, KeepsArgumentsAsTheParametersOwnType) {
  EXPECT_EQ(co_await to_thread(greet, "world"), "hello world");
  auto call = to_thread(greet, std::string("later"));
  auto moved = std::move(call);
  EXPECT_EQ(co_await moved, "hello later");
}

EDDY_TEST(ToThread, GivesWhatCanOnlyBeMovedAndReferencesAndNothing) {
  auto pointer = co_await to_thread([](std::unique_ptr<int> p) { return p; }, std::make_unique<int>(7));
  EXPECT_EQ(*pointer, 7);
  static int number = 3;
  int& same = co_await to_thread([]() -> int& { return number; });
  EXPECT_EQ(&same, &number);
  co_await to_thread([] {});
}

EDDY_TEST(ToThread, ThrowsWhatTheFunctionThrew) {
  EXPECT_THROW(co_await to_thread([]() -> int { throw std::invalid_argument("no"); }), std::invalid_argument);
}

EDDY_TEST(ToThread, ArgumentsDieWithTheCallNotWithItsHandle) {
  auto argument = std::make_shared<int>(1);
  auto use = [](const std::shared_ptr<int>& p) { return *p; };
  auto ended = create_task(to_thread(use, argument));
  EXPECT_EQ(co_await ended, 1);
  auto never_started = create_task(to_thread(use, argument));
  EXPECT_EQ(argument.use_count(), 2);
  never_started.cancel();
  co_await eddy::cancel_and_wait(never_started);
  EXPECT_EQ(argument.use_count(), 1);
}

EDDY_TEST(ToThread, OthersRunMeanwhileAndTheClockDoesNotJump) {
  auto start = eddy::now();
  bool others_ran = false;
  auto other = create_task([&]() -> Task<> {
    others_ran = true;
    co_await eddy::sleep(1h);
  });
  co_await to_thread([] { std::this_thread::sleep_for(5ms); });
  EXPECT_TRUE(others_ran);
  EXPECT_EQ(eddy::now(), start);
  co_await other;
  EXPECT_EQ(eddy::now(), start + 1h);
}

EDDY_TEST(ToThread, IsNoDeadlockHoweverLongItTakes, eddy::test::Options{}.patience(1ms)) {
  co_await to_thread([] { std::this_thread::sleep_for(20ms); });
}

eddy::ContextVar<std::string> request{"-"};

EDDY_TEST(ToThread, ContextVariablesTravelThereAndNotBack) {
  request.set("42");
  auto seen = co_await to_thread([] {
    std::string before = request.get();
    request.set("changed");
    request.set("changed again");
    return before + " " + request.get();
  });
  EXPECT_EQ(seen, "42 changed again");
  EXPECT_EQ(request.get(), "42");
  EXPECT_EQ(co_await to_thread([] { return request.get(); }), "42");
}

EDDY_TEST(ToThread, ManyAtOnceInATree) {
  auto twice = [](int n) { return 2 * n; };
  std::vector<Task<int>> tasks;
  auto one = [&](int n) -> Task<int> { co_return co_await to_thread(twice, n); };
  for (int i = 0; i < 1000; ++i) tasks.push_back(one(i));
  auto results = co_await eddy::gather(std::move(tasks));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], 2 * i);
}

EDDY_TEST(ToThread, ATimeoutWaitsForTheFunctionAndThenSaysTimeout) {
  bool begun = false, ended = false;
  EXPECT_THROW(co_await eddy::wait_for(to_thread([&] {
                                         begun = true;
                                         std::this_thread::sleep_for(30ms);
                                         ended = true;
                                       }),
                                       1ms),
               eddy::TimeoutError);
  EXPECT_EQ(begun, ended);  // on a slow machine it may not have begun, and then it never does
}

TEST(ToThreadTest, TheThreadsEndWithTheLoop) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(eddy::run([]() -> Task<int> { co_return co_await to_thread([] { return 5; }); }), 5);
  }
}

}  // namespace

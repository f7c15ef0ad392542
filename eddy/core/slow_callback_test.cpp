// SPDX-License-Identifier: MIT
#include <chrono>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

void block() {
  const auto end = std::chrono::steady_clock::now() + 25ms;
  while (std::chrono::steady_clock::now() < end) continue;
}

/// What debug mode says of slow ones, without the numbers.
template <class F>
std::string reports_of(F&& main) {
  std::string all;
  auto watched = [&]() -> Task<> {
    get_running_loop().set_exception_handler(
        [&](Loop&, const ErrorContext& context) { all += context.message + "\n"; });
    current_task().set_name("main");
    co_await main();
    co_await sleep(0s);
    get_running_loop().set_exception_handler(nullptr);
  };
  run(watched, RunOptions().debug(true).slow_callback(20ms));
  all = std::regex_replace(all, std::regex("ran [0-9]+ ms"), "ran N ms");
  return std::regex_replace(all, std::regex("slow_callback_test.cpp:[0-9]+"), "HERE");
}

Task<> slow_at_once() {
  block();
  co_await sleep(1ms);
}
Task<> slow_in_between() {
  co_await sleep(1ms);
  block();
  co_await sleep(1ms);
}
Task<> slow_at_the_end() {
  co_await sleep(1ms);
  block();
}
Task<> in_a_task(Task<> work) {
  auto task = create_task(std::move(work));
  task.set_name("worker");
  co_await task;
}

TEST(SlowCallbackTest, FromTheStart) {
  EXPECT_EQ(reports_of([] { return in_a_task(slow_at_once()); }),
            "task 'worker' ran N ms without awaiting: from its start to HERE in eddy::slow_at_once\n");
}

TEST(SlowCallbackTest, FromAwaitToAwait) {
  EXPECT_EQ(reports_of([] { return in_a_task(slow_in_between()); }),
            "task 'worker' ran N ms without awaiting: from HERE in eddy::slow_in_between to HERE in "
            "eddy::slow_in_between\n");
}

TEST(SlowCallbackTest, ToTheEnd) {
  EXPECT_EQ(reports_of([] { return in_a_task(slow_at_the_end()); }),
            "task 'worker' ran N ms without awaiting: from HERE in eddy::slow_at_the_end to its end\n");
}

Task<> gathers() { co_await gather(slow_in_between(), sleep(1h)); }

TEST(SlowCallbackTest, OfABranchTheTaskIsNamed) {
  auto main = []() -> Task<> {
    auto task = create_task(gathers);
    task.set_name("worker");
    co_await sleep(30ms);
    task.cancel();
  };
  EXPECT_EQ(reports_of(main),
            "task 'worker' ran N ms without awaiting: from HERE in eddy::slow_in_between to HERE in eddy::gathers\n");
}

TEST(SlowCallbackTest, OfACallback) {
  auto main = []() -> Task<> {
    get_running_loop().call_soon(block);
    co_await sleep(1ms);
  };
  EXPECT_EQ(reports_of(main), "a callback ran N ms without awaiting\n");
}

TEST(SlowCallbackTest, WhatWaitsIsNotSlow) {
  EXPECT_EQ(reports_of([]() -> Task<> { co_await sleep(30ms); }), "");
}

}  // namespace
}  // namespace eddy

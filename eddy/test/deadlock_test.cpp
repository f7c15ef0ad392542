// SPDX-License-Identifier: MIT
#include "eddy/test/deadlock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "eddy/combine/shield.h"
#include "eddy/sync/event.h"
#include "eddy/test/failures_of.h"
#include "eddy/test/run.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;

template <class F>
std::string deadlock_of(F main, const Options& options = {}) {
  try {
    run(main, options);
  } catch (const Deadlock& deadlock) {
    return deadlock.what();
  }
  return "no deadlock";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Task<> wait_for_event(Event& event) { co_await event.wait(); }
Task<> outer(Event& event) { co_await wait_for_event(event); }

TEST(DeadlockTest, NamesEveryTaskAndWhereItWaits) {
  Event never;
  int line = 0;
  std::string report = deadlock_of([&]() -> Task<> {
    auto kid = create_task(outer, std::ref(never));
    kid.set_name("kid");
    line = __LINE__ + 1;
    co_await kid;
  });
  EXPECT_TRUE(contains(report, "nothing is ready, no timer is armed, no I/O is pending")) << report;
  EXPECT_TRUE(contains(report, "task 'main' waits for task 'kid'")) << report;
  EXPECT_TRUE(contains(report, "deadlock_test.cpp:" + std::to_string(line))) << report;
  EXPECT_TRUE(contains(report, "task 'kid' waits for Event 0x")) << report;
  std::size_t inner_frame = report.find("wait_for_event at ");
  std::size_t outer_frame = report.find("outer at ");
  ASSERT_NE(outer_frame, std::string::npos) << report;
  EXPECT_LT(inner_frame, outer_frame) << report;
}

TEST(DeadlockTest, AHeartbeatForEverHitsTheTimeLimit) {
  Event never;
  std::string report = deadlock_of(
      [&]() -> Task<> {
        auto heartbeat = create_task([]() -> Task<> {
          for (;;) co_await sleep(1s);
        });
        co_await never.wait();
      },
      Options{}.time_limit(50ms));
  EXPECT_TRUE(contains(report, "of real time (")) << report;
}

TEST(DeadlockTest, TasksThatAreAlwaysReadyHitTheTimeLimit) {
  std::string report = deadlock_of(
      []() -> Task<> {
        for (;;) co_await checkpoint();
      },
      Options{}.time_limit(50ms));
  EXPECT_TRUE(contains(report, "task 'main' is ready to go on")) << report;
}

TEST(DeadlockTest, OnTheRealClockPatienceRunsOut) {
  Event never;
  std::string report = deadlock_of([&]() -> Task<> { co_await never.wait(); }, Options{}.real_time(true).patience(5ms));
  EXPECT_TRUE(contains(report, "nothing has happened")) << report;
}

TEST(DeadlockTest, TheTasksAreUnwoundBeforeItIsThrown) {
  Event never;
  bool unwound = false;
  struct Flag {
    explicit Flag(bool& at) : target(at) {}
    ~Flag() { target = true; }
    bool& target;
  };
  deadlock_of([&]() -> Task<> {
    Flag flag(unwound);
    co_await never.wait();
  });
  EXPECT_TRUE(unwound);
}

TEST(DeadlockTest, CleanupThatHangsIsReportedAndCancelledThroughItsShield) {
  Event never;
  auto failures = failures_of([&] { deadlock_of([&]() -> Task<> { co_await shield(wait_for_event(never)); }); });
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_TRUE(contains(failures[0], "cleanup never ends")) << failures[0];
}

}  // namespace
}  // namespace eddy::test

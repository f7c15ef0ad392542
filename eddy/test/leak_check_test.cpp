// SPDX-License-Identifier: MIT
#include "eddy/test/leak_check.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/test/failures_of.h"
#include "eddy/test/run.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;

Task<> nothing() { co_return; }

template <class F>
std::vector<std::string> failures_of_run(F main, const Options& options = {}) {
  return failures_of([&] { run(main, options); });
}

bool one_with(const std::vector<std::string>& failures, const std::string& part) {
  return failures.size() == 1 && failures[0].find(part) != std::string::npos;
}

void start_sleeper() {
  auto task = create_task([]() -> Task<> { co_await sleep(1h); });
  task.set_name("sleeper");
}

TEST(LeakCheckTest, ATaskThatStillRunsIsShown) {
  auto main = []() -> Task<> {
    start_sleeper();
    co_await checkpoint();
  };
  auto failures = failures_of_run(main);
  EXPECT_TRUE(one_with(failures, "tasks it started still run")) << ::testing::PrintToString(failures);
  EXPECT_TRUE(one_with(failures, "task 'sleeper' waits for Sleep")) << ::testing::PrintToString(failures);
  EXPECT_TRUE(failures_of_run(main, Options{}.allow_leaks(true)).empty());
}

TEST(LeakCheckTest, ATaskThatNeverGotToStartIsShownIfItWaits) {
  auto failures = failures_of_run([]() -> Task<> {
    start_sleeper();
    co_return;
  });
  EXPECT_TRUE(one_with(failures, "task 'sleeper'"));
}

TEST(LeakCheckTest, TasksThatEndByThemselvesAtTheSameMomentAreFine) {
  EXPECT_TRUE(failures_of_run([]() -> Task<> {
                auto some_steps = []() -> Task<> {
                  for (int i = 0; i < 10; ++i) co_await checkpoint();
                };
                auto a = create_task(some_steps);
                auto b = create_task([]() -> Task<> { co_await sleep(1h); });
                co_await checkpoint();
                b.cancel();
              }).empty());
}

TEST(LeakCheckTest, ATimerThatIsStillArmedFails) {
  auto failures = failures_of_run([]() -> Task<> {
    get_running_loop().call_later(1h, [] {});
    co_return;
  });
  EXPECT_TRUE(one_with(failures, "1 timer(s) are still armed"));
}

TEST(LeakCheckTest, AFrameThatIsLeftFails) {
  std::optional<Task<>> kept;
  auto failures = failures_of_run([&]() -> Task<> {
    kept.emplace(nothing());
    co_return;
  });
  EXPECT_TRUE(one_with(failures, "1 coroutine frame(s)"));
}

TEST(LeakCheckTest, ADescriptorThatIsLeftIsNamed) {
  int copy = -1;
  auto failures = failures_of_run([&]() -> Task<> {
    copy = dup(STDERR_FILENO);
    co_return;
  });
  EXPECT_TRUE(one_with(failures, "file descriptor " + std::to_string(copy) + " is left open: "));
  close(copy);
}

Task<> fail_with(std::string message) {
  co_await checkpoint();
  throw std::runtime_error(message);
}

TEST(LeakCheckTest, AnErrorThatNobodyReceivesFails) {
  auto main = []() -> Task<> {
    create_task(fail_with("boom")).set_name("bomb");
    co_await sleep(1s);
  };
  auto failures = failures_of_run(main);
  EXPECT_TRUE(one_with(failures, "exception of task 'bomb' was never retrieved: std::runtime_error: boom"))
      << ::testing::PrintToString(failures);
  EXPECT_TRUE(failures_of_run(main, Options{}.allow_lost_errors(true)).empty());
}

TEST(LeakCheckTest, LostErrorsThatTheTestLooksAtAreExpected) {
  run([]() -> Task<> {
    create_task(fail_with("boom")).set_name("bomb");
    co_await sleep(1s);
    auto errors = lost_errors();
    EXPECT_TRUE(one_with(errors, "boom"));
    EXPECT_TRUE(lost_errors().empty());
  });
}

TEST(LeakCheckTest, LostErrorsMayBeExpectedInAdvance) {
  run([]() -> Task<> {
    expect_lost_errors();
    create_task(fail_with("boom")).set_name("bomb");
    co_return;
  });
}

}  // namespace
}  // namespace eddy::test

// SPDX-License-Identifier: MIT
//
// What happens to the last of a loop's tasks and callbacks, and to those of another loop on the same thread.
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/core/run.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/sys/fd.h"
#include "eddy/time/sleep.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> nothing() { co_return; }
Task<> nap() { co_await sleep(1h); }
Task<> cleans_up(bool& cleaned) {
  co_await finally(sleep(1h), [&]() -> Task<> {
    co_await sleep(1ms);
    cleaned = true;
  });
}

TEST(LoopClosingTest, EveryTaskThatIsCancelledThenCallsBack) {
  constexpr int kTasks = 1000;
  int called = 0;
  Loop loop;
  for (int i = 0; i < kTasks; ++i) {
    loop.create_task(nap()).add_done_callback([&](auto& task) { called += task.cancelled() ? 1 : 0; });
  }
  loop.run_until_complete(nothing());
  loop.close();
  EXPECT_EQ(called, kTasks);
}

TEST(LoopClosingTest, ATaskStartedByALastCallbackNeverRunsAndLeaksNothing) {
  bool ran = false;
  auto late = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  Loop loop;
  loop.create_task(nap()).add_done_callback([&](auto&) { loop.create_task(late()); });
  loop.run_until_complete(nothing());
  loop.close();
  EXPECT_FALSE(ran);
}

TEST(LoopClosingTest, ATaskStartedByADroppedCallbackNeverRunsAndLeaksNothing) {
  Loop loop;
  auto spawner = std::make_shared<ScopeGuard<UniqueFunction<void()>>>([&] { loop.create_task(nap()); });
  loop.call_soon([kept = std::move(spawner)] {});
  loop.close();
  EXPECT_TRUE(loop.is_closed());
}

TEST(LoopClosingTest, GraceBoundsATaskThatGoesOnWhateverHappens) {
  Loop loop;
  loop.set_debug(false);  // which has something to say about such a task as well
  loop.set_shutdown_grace(1ms);
  std::vector<std::string> said;
  loop.set_exception_handler([&](Loop&, const ErrorContext& context) { said.push_back(context.message); });
  auto stubborn = []() -> Task<> {
    for (;;) {
      auto r = co_await outcome(sleep(1h));
      (void)r.cancelled();
    }
  };
  loop.create_task(stubborn());
  loop.run_until_complete(nothing());
  loop.close();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("is still cleaning up"), std::string::npos);
}

// asyncio's way to run a loop in a thread.
TEST(LoopInAThreadTest, MayBeClosedByAnotherThreadWithItsCleanup) {
  bool cleaned = false;
  Loop loop;
  loop.create_task(cleans_up(cleaned));
  std::thread thread([&] { loop.run_forever(); });
  loop.call_soon_threadsafe([&] { loop.call_later(1ms, [&] { loop.stop(); }); });
  thread.join();
  loop.close();
  EXPECT_TRUE(cleaned);
}

TEST(LoopInAThreadTest, MayGoOnInAnotherThreadWithWhatItWaitsFor) {
  sys::Fd event = sys::check_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  Loop loop;
  auto reader = loop.create_task(readable(event.get()));
  auto cancelled = loop.create_task(readable(event.get()));
  std::thread([&] { loop.run_until_complete(sleep(1ms)); }).join();
  cancelled.cancel();
  loop.run_until_complete(sleep(1ms));
  EXPECT_FALSE(reader.done());
  EXPECT_TRUE(cancelled.cancelled());
  std::thread([&] {
    ::eventfd_write(event.get(), 1);
    loop.run_until_complete(reader);
  }).join();
  EXPECT_TRUE(reader.done());
}

TEST(TwoLoopsTest, OneMayBeClosedFromInsideTheOther) {
  bool cleaned = false;
  auto other = std::make_unique<Loop>();
  other->create_task(cleans_up(cleaned));
  other->run_until_complete(sleep(1ms));
  run([&]() -> Task<> {
    co_await sleep(1ms);
    other->close();
    co_await sleep(1ms);
  });
  EXPECT_TRUE(cleaned);
}

TEST(TwoLoopsTest, ATaskOfOneMayBeCancelledFromInsideTheOther) {
  Loop other;
  auto task = other.create_task(nap());
  other.run_until_complete(sleep(1ms));
  run([&]() -> Task<> {
    task.cancel();
    co_await sleep(1ms);
    EXPECT_FALSE(task.done());  // its own loop has not run
  });
  other.run_until_complete(sleep(1ms));
  EXPECT_TRUE(task.cancelled());
}

}  // namespace
}  // namespace eddy

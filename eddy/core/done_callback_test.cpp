// SPDX-License-Identifier: MIT
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr auto kInOrder = test::Options{}.seed(0).shuffle(false);

Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<> fails() {
  co_await sleep(1s);
  throw std::runtime_error("broken");
}

EDDY_TEST(DoneCallbackTest, GetsTheHandleOfTheEndedTask) {
  auto task = create_task(later, 5);
  int seen = 0;
  task.add_done_callback([&](TaskHandle<int>& done) {
    EXPECT_TRUE(done == task);
    seen = done.result();
  });
  co_await task;
  co_await test::all_blocked();
  EXPECT_EQ(seen, 5);
}

// 3b §1.23
EDDY_TEST(DoneCallbackTest, ComesAfterThoseWhoAwaitedAndInTheOrderOfAdding, kInOrder) {
  auto task = create_task(later, 5);
  std::vector<int> order;
  task.add_done_callback([&](auto&) { order.push_back(1); });
  task.add_done_callback([&](auto&) { order.push_back(2); });
  auto waiter = create_task([&]() -> Task<> {
    co_await task;
    order.push_back(0);
  });
  co_await waiter;
  co_await checkpoint();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

EDDY_TEST(DoneCallbackTest, OfATaskThatIsDoneIsCalledSoonNotAtOnce) {
  auto task = create_task(later, 5);
  co_await task;
  bool called = false;
  task.add_done_callback([&](auto&) { called = true; });
  EXPECT_FALSE(called);
  co_await test::all_blocked();
  EXPECT_TRUE(called);
}

EDDY_TEST(DoneCallbackTest, IsCalledForErrorsAndCancellationsToo) {
  auto failed = create_task(fails);
  auto cancelled = create_task(later, 1);
  int calls = 0;
  failed.add_done_callback([&](auto& task) {
    EXPECT_NE(task.exception(), nullptr);
    ++calls;
  });
  cancelled.add_done_callback([&](auto& task) {
    EXPECT_TRUE(task.cancelled());
    ++calls;
  });
  cancelled.cancel();
  co_await sleep(2s);
  EXPECT_EQ(calls, 2);
}

// 3b §1.5
EDDY_TEST(DoneCallbackTest, IsCalledForATaskThatNeverRan) {
  auto task = create_task(later, 1);
  bool called = false;
  task.add_done_callback([&](auto& done) { called = done.cancelled(); });
  task.cancel();
  co_await test::all_blocked();
  EXPECT_TRUE(called);
}

// 3b §1.23
EDDY_TEST(DoneCallbackTest, ThatThrowsIsReportedAndTheOthersStillRun) {
  auto task = create_task(later, 5);
  bool second = false;
  task.add_done_callback([](auto&) { throw std::runtime_error("bad callback"); });
  task.add_done_callback([&](auto&) { second = true; });
  co_await task;
  co_await test::all_blocked();
  EXPECT_TRUE(second);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0], "exception in callback: std::runtime_error: bad callback");
}

EDDY_TEST(DoneCallbackTest, RunsOutsideOfAnyTask) {
  auto task = create_task(later, 5);
  bool outside = false;
  task.add_done_callback([&](auto&) {
    try {
      current_task();
    } catch (const RuntimeError&) {
      outside = true;
    }
  });
  co_await task;
  co_await test::all_blocked();
  EXPECT_TRUE(outside);
}

EDDY_TEST(DoneCallbackTest, MayStartAndCancelTasks) {
  auto task = create_task(later, 5);
  auto victim = create_task(later, 6);
  TaskHandle<int> next;
  task.add_done_callback([&](auto& done) {
    victim.cancel("called off");
    next = create_task(later, done.result() + 1);
  });
  co_await sleep(1s);
  co_await test::all_blocked();
  CO_ASSERT_TRUE(next);
  EXPECT_EQ(co_await next, 6);
  EXPECT_TRUE(victim.done());
}

EDDY_TEST(DoneCallbackTest, MayBeMoveOnly) {
  auto task = create_task(later, 5);
  auto cell = std::make_unique<int>(1);
  int value = 0;
  task.add_done_callback([cell = std::move(cell), &value](auto& done) { value = *cell + done.result(); });
  co_await task;
  co_await test::all_blocked();
  EXPECT_EQ(value, 6);
}

EDDY_TEST(DoneCallbackTest, KeepsTheTaskOnlyUntilItHasRun) {
  test::Counters counts;
  auto make = [&]() -> Task<test::Tracked> { co_return test::Tracked(counts, 1); };
  {
    auto task = create_task(make);
    task.add_done_callback([](auto&) {});
  }
  co_await test::all_blocked();
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(DoneCallbackTest, LooksAtTheErrorSoThatItIsNotReportedAsLost) {
  bool seen = false;
  create_task(fails).add_done_callback([&](auto& task) { seen = task.exception() != nullptr; });
  co_await sleep(2s);
  EXPECT_TRUE(seen);
  EXPECT_TRUE(test::lost_errors().empty());
}

}  // namespace
}  // namespace eddy

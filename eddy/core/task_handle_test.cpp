// SPDX-License-Identifier: MIT
#include "eddy/core/task_handle.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/exception_group.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<> fails() {
  co_await sleep(1s);
  throw std::runtime_error("broken");
}
Task<std::unique_ptr<int>> move_only() { co_return std::make_unique<int>(4); }
Task<int&> reference(int& n) { co_return n; }

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

EDDY_TEST(TaskHandleTest, IsDoneWhenItsTaskHasEnded) {
  auto task = create_task(later, 5);
  EXPECT_FALSE(task.done());
  EXPECT_EQ(co_await task, 5);
  EXPECT_TRUE(task.done());
  EXPECT_FALSE(task.cancelled());
  EXPECT_EQ(task.result(), 5);
  EXPECT_EQ(task.exception(), nullptr);
}

EDDY_TEST(TaskHandleTest, AwaitingItAgainGivesTheSameResultWithoutWaiting) {
  auto task = create_task(later, 5);
  co_await task;
  auto before = now();
  EXPECT_EQ(co_await task, 5);
  EXPECT_EQ(now(), before);
}

EDDY_TEST(TaskHandleTest, SeveralMayAwaitItAndGoOnInTheOrderTheyCame, test::Options{}.seed(0).shuffle(false)) {
  auto task = create_task(later, 5);
  std::vector<int> order;
  auto waiter = [&](int who) -> Task<> {
    EXPECT_EQ(co_await task, 5);
    order.push_back(who);
  };
  co_await gather(waiter(1), waiter(2), waiter(3));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

EDDY_TEST(TaskHandleTest, AnLvalueGivesAReferenceThatLivesAsLongAsAHandle) {
  auto task = create_task([]() -> Task<std::string> { co_return "text"; });
  std::string& first = co_await task;
  std::string& second = task.result();
  EXPECT_EQ(&first, &second);
}

// 3b §1.18
EDDY_TEST(TaskHandleTest, AnRvalueMovesTheResultOut) {
  auto task = create_task(move_only);
  std::unique_ptr<int> result = co_await std::move(task);
  EXPECT_EQ(*result, 4);
  auto other = create_task(move_only);
  co_await other;
  EXPECT_EQ(*other.result(), 4);
  std::unique_ptr<int> moved = std::move(other).result();
  EXPECT_EQ(*moved, 4);
}

EDDY_TEST(TaskHandleTest, AReferenceResultStaysOne) {
  int n = 1;
  auto task = create_task(reference, std::ref(n));
  EXPECT_EQ(&co_await task, &n);
  EXPECT_EQ(&task.result(), &n);
}

EDDY_TEST(TaskHandleTest, AwaitingAFailedTaskThrowsEveryTime) {
  auto task = create_task(fails);
  for (int i = 0; i < 2; ++i) {
    auto result = co_await outcome(task);
    EXPECT_EQ(result.message(), "broken");
  }
  EXPECT_EQ(error_of([&] { task.result(); }), "broken");
  EXPECT_NE(task.exception(), nullptr);
  EXPECT_FALSE(task.cancelled());
}

EDDY_TEST(TaskHandleTest, AskingTooEarlyNamesTheTaskAndWhatToDo) {
  auto task = create_task(later, 1);
  task.set_name("slow");
  EXPECT_THROW(task.result(), InvalidStateError);
  EXPECT_THROW(task.exception(), InvalidStateError);
  EXPECT_EQ(error_of([&] { task.result(); }), "result() of task 'slow', which is not done yet: co_await it first");
  EXPECT_EQ(error_of([&] { task.exception(); }),
            "exception() of task 'slow', which is not done yet: co_await it first");
  co_await task;
}

EDDY_TEST(TaskHandleTest, OfACancelledTaskThrowsTaskCancelledWithTheReason) {
  auto task = create_task(later, 1);
  task.set_name("job");
  task.cancel("no longer wanted");
  auto result = co_await outcome(task);
  EXPECT_FALSE(result.cancelled());  // we are not being cancelled: it was
  EXPECT_NE(result.error_as<TaskCancelled>(), nullptr);
  EXPECT_EQ(result.message(), "task 'job' was cancelled: no longer wanted");
  EXPECT_THROW(task.result(), TaskCancelled);
  EXPECT_THROW(task.exception(), TaskCancelled);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TaskHandleTest, AnEmptyOneSaysSo) {
  TaskHandle<int> empty;
  EXPECT_FALSE(empty);
  EXPECT_TRUE(contains(error_of([&] { empty.cancel(); }), "this task handle is empty"));
  EXPECT_TRUE(contains(error_of([&] { (void)empty.done(); }), "this task handle is empty"));
  EXPECT_TRUE(contains(error_of([&] { empty.result(); }), "this task handle is empty"));
  EXPECT_TRUE(contains(error_of([&] { empty.add_done_callback([](auto&) {}); }), "this task handle is empty"));
  std::string message;
  try {
    co_await empty;
  } catch (const RuntimeError& error) {
    message = error.what();
  }
  EXPECT_TRUE(contains(message, "this task handle is empty")) << message;
}

EDDY_TEST(TaskHandleTest, AwaitingAMovedFromOneSaysSo) {
  auto task = create_task(later, 1);
  auto same = std::move(task);
  std::string message;
  try {
    co_await task;  // NOLINT(bugprone-use-after-move): on purpose
  } catch (const RuntimeError& error) {
    message = error.what();
  }
  EXPECT_TRUE(contains(message, "this task handle is empty")) << message;
  EXPECT_THROW((void)wait_for(task, 1s), RuntimeError);
  co_await same;
}

// 3b §1.17
EDDY_TEST(TaskHandleTest, ATaskThatAwaitsItselfIsToldSo) {
  TaskHandle<> self;
  self = create_task([&]() -> Task<> {
    current_task().set_name("narcissus");
    co_await self;
  });
  auto result = co_await outcome(self);
  EXPECT_EQ(result.message(), "task 'narcissus' awaits itself, or a task it is part of: it could never end");
  self = {};
}

// 3b §1.17
EDDY_TEST(TaskHandleTest, ATaskThatAwaitsTheOneItIsPartOfIsToldSo) {
  TaskHandle<> parent;
  parent = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) -> Task<> {
      tg.create_task([&]() -> Task<> { co_await parent; });
      co_return;
    });
  });
  auto result = co_await outcome(parent);
  CO_ASSERT_NE(result.error_as<ExceptionGroup>(), nullptr);
  EXPECT_TRUE(contains(result.message(), "it could never end")) << result.message();
  parent = {};
}

// 3b §1.17
EDDY_TEST(TaskHandleTest, ACancelledAwaiterLeavesTheTaskAlone) {
  auto task = create_task(later, 5);
  auto waiter = create_task([&]() -> Task<> { co_await task; });
  co_await test::all_blocked();
  co_await cancel_and_wait(waiter);
  EXPECT_TRUE(waiter.cancelled());
  EXPECT_FALSE(task.done());
  EXPECT_EQ(co_await task, 5);
}

EDDY_TEST(TaskHandleTest, AnAwaiterThatIsCancelledAsTheTaskEndsLosesNothing) {
  auto task = create_task(move_only);
  auto waiter = create_task([&]() -> Task<> { std::unique_ptr<int> lost = co_await std::move(task); });
  auto same = task;
  co_await test::all_blocked();
  waiter.cancel();
  co_await cancel_and_wait(waiter);
  CO_ASSERT_TRUE(same);
  std::unique_ptr<int>& result = co_await same;
  EXPECT_EQ(result != nullptr, waiter.cancelled());
}

EDDY_TEST(TaskHandleTest, TheResultDiesWithTheLastHandle) {
  Counters counts;
  auto make = [&]() -> Task<Tracked> { co_return Tracked(counts, 1); };
  auto task = create_task(make);
  co_await task;
  auto copy = task;
  task = {};
  EXPECT_EQ(counts.alive(), 1);
  EXPECT_EQ(copy.result().value(), 1);
  copy = {};
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(TaskHandleTest, ManyReadyAwaitsLetOthersRunNowAndThen) {
  auto done = create_task([]() -> Task<int> { co_return 1; });
  co_await done;
  bool other_ran = false;
  auto other = create_task([&]() -> Task<> {
    other_ran = true;
    co_return;
  });
  int awaits = 0;
  while (!other_ran && awaits < 1000) awaits += co_await done;
  EXPECT_TRUE(other_ran);
  EXPECT_GT(awaits, 1);
  co_await other;
}

EDDY_TEST(TaskHandleTest, ANameGivenWhileOthersWaitDoesNotLoseThem) {
  auto task = create_task(later, 5);
  auto waiter = create_task([&]() -> Task<int> { co_return co_await task; });
  co_await test::all_blocked();
  task.set_name("renamed");
  EXPECT_EQ(task.name(), "renamed");
  EXPECT_EQ(co_await waiter, 5);
}

}  // namespace
}  // namespace eddy

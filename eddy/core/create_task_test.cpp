// SPDX-License-Identifier: MIT
#include "eddy/core/create_task.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

constexpr auto kInOrder = test::Options{}.seed(0).shuffle(false);

Task<int> add(int a, int b) {
  co_await checkpoint();
  co_return a + b;
}
Task<> append(std::vector<int>& to, int n) {
  to.push_back(n);
  co_return;
}
Task<int> value_of(Tracked tracked) {
  co_await sleep(1s);
  co_return tracked.value();
}
Task<int> plain_function_that_throws(const std::shared_ptr<int>&) { throw std::runtime_error("before any task"); }

EDDY_TEST(CreateTaskTest, TakesATask) {
  auto task = create_task(add(1, 2));
  EXPECT_EQ(co_await task, 3);
}

EDDY_TEST(CreateTaskTest, TakesACallableAndItsArguments) {
  auto task = create_task(add, 1, 2);
  EXPECT_EQ(co_await task, 3);
}

EDDY_TEST(CreateTaskTest, KeepsALambdaAsLongAsItsCoroutineRuns) {
  Counters counts;
  auto body = [tracked = Tracked(counts, 5)]() -> Task<int> {
    co_await sleep(1s);
    co_return tracked.value();
  };
  auto task = create_task(std::move(body));
  EXPECT_EQ(co_await task, 5);
}

EDDY_TEST(CreateTaskTest, TakesAnOperation) {
  auto before = now();
  auto task = create_task(sleep(1s));
  co_await task;
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(CreateTaskTest, AnOperationLiesInItsTaskOnce) {
  using Sleep = decltype(sleep(1s));
  using State = std::remove_pointer_t<decltype(detail::make_task(sleep(1s)))>;
  static_assert(sizeof(State) <= sizeof(detail::TaskState<void>) + sizeof(Sleep) + sizeof(void*));
  co_return;
}

EDDY_TEST(CreateTaskTest, TakesAFunctionObjectOfTheLibrary) {
  auto before = now();
  auto task = create_task(eddy::sleep, 1s);
  co_await task;
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(CreateTaskTest, TakesACombinator) {
  auto task = create_task(wait_for(add(1, 2), 1s));
  EXPECT_EQ(co_await task, 3);
  auto other = create_task([] { return wait_for(sleep(1h), 1s); });
  auto result = co_await outcome(other);
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(CreateTaskTest, TakesAHandleAndLeavesItsResultInPlace) {
  auto inner = create_task([]() -> Task<std::string> { co_return "text"; });
  auto outer = create_task(inner);
  std::string& through = co_await outer;
  EXPECT_EQ(through, "text");
  EXPECT_EQ(inner.result(), "text");
}

EDDY_TEST(CreateTaskTest, TakesAReferenceToACallable) {
  int calls = 0;
  std::function<Task<>()> body = [&]() -> Task<> {
    ++calls;
    co_return;
  };
  auto task = create_task(std::ref(body));
  co_await task;
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(CreateTaskTest, StartsWhenTheCallerNextSuspends) {
  std::vector<int> order;
  auto task = create_task(append, std::ref(order), 1);
  EXPECT_TRUE(order.empty());
  co_await task;
  EXPECT_EQ(order, (std::vector<int>{1}));
}

// 3b §1.3
EDDY_TEST(CreateTaskTest, StartsInOrderAndBeforeWhatWasQueuedEarlier, kInOrder) {
  std::vector<int> order;
  get_running_loop().call_soon([&] { order.push_back(0); });
  std::vector<TaskHandle<>> tasks;
  for (int i = 1; i <= 3; ++i) tasks.push_back(create_task(append, std::ref(order), i));
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 0}));
}

// 3b §1.3: each task's own starts go to the front, so a tree is walked depth first.
EDDY_TEST(CreateTaskTest, ATreeOfTasksStartsDepthFirst, kInOrder) {
  std::string order;
  auto leaf = [&](char name) -> Task<> {
    order += name;
    co_return;
  };
  auto branch = [&](char name) -> Task<> {
    order += name;
    auto child = create_task(leaf, static_cast<char>(name + ('a' - 'A')));
    co_await child;
  };
  auto first = create_task(branch, 'A');
  auto second = create_task(branch, 'B');
  co_await gather(first, second);
  EXPECT_EQ(order, "AaBb");
}

EDDY_TEST(CreateTaskTest, TasksThatKeepStartingTasksDoNotStarveOthers, kInOrder) {
  bool enough = false;
  std::function<Task<>()> spawn = [&]() -> Task<> {
    if (!enough) create_task(std::ref(spawn));
    co_return;
  };
  create_task(std::ref(spawn));
  for (int i = 0; i < 10; ++i) co_await checkpoint();
  enough = true;
  co_await test::all_blocked();
}

EDDY_TEST(CreateTaskTest, TheLoopHoldsATaskThatNobodyElseHolds) {
  Counters counts;
  bool ended = false;
  auto body = [&](Tracked) -> Task<> {
    co_await sleep(1s);
    ended = true;
  };
  create_task(std::ref(body), Tracked(counts));
  co_await sleep(500ms);
  EXPECT_GT(counts.alive(), 0);
  co_await sleep(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CreateTaskTest, ArgumentsDieWhenTheTaskEndsNotWithItsHandle) {
  Counters counts;
  auto task = create_task(value_of, Tracked(counts, 7));
  EXPECT_EQ(co_await task, 7);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CreateTaskTest, ArgumentsOfAnOperationDieWhenItEnds) {
  Counters counts;
  auto make = [](const Tracked&) { return sleep(1s); };
  auto task = create_task(make, Tracked(counts));
  co_await task;
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CreateTaskTest, ArgumentsDieWhenTheTaskIsCancelled) {
  Counters counts;
  auto task = create_task(value_of, Tracked(counts, 7));
  co_await test::all_blocked();
  EXPECT_GT(counts.alive(), 0);
  co_await cancel_and_wait(task);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(CreateTaskTest, AFunctionThatThrowsInsteadOfReturningATaskFailsItsTask) {
  auto argument = std::make_shared<int>(1);
  auto task = create_task(plain_function_that_throws, argument);
  auto result = co_await outcome(task);
  EXPECT_EQ(result.message(), "before any task");
  EXPECT_EQ(argument.use_count(), 1);  // its stored copy is gone
}

// What nobody looks at is reported once, when the last handle goes.
EDDY_TEST(CreateTaskTest, AnErrorThatNobodyRetrievesIsReportedExactlyOnce) {
  auto fail = []() -> Task<> {
    throw std::runtime_error("lost");
    co_return;
  };
  auto task = create_task(fail);
  task.set_name("careless");
  co_await test::all_blocked();
  EXPECT_TRUE(test::lost_errors().empty());
  task = {};
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0], "exception of task 'careless' was never retrieved: std::runtime_error: lost");
}

EDDY_TEST(CreateTaskTest, AnErrorOfATaskWithoutHandleIsReported) {
  auto fail = []() -> Task<> {
    throw std::runtime_error("lost");
    co_return;
  };
  create_task(fail);
  co_await test::all_blocked();
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(CreateTaskTest, AnErrorThatSomebodyRetrievedIsNotReported) {
  auto fail = []() -> Task<> {
    throw std::runtime_error("seen");
    co_return;
  };
  {
    auto awaited = create_task(fail);
    auto asked = create_task(fail);
    auto result = co_await outcome(awaited);
    EXPECT_EQ(result.message(), "seen");
    co_await test::all_blocked();
    EXPECT_NE(asked.exception(), nullptr);
  }
  EXPECT_TRUE(test::lost_errors().empty());
}

EDDY_TEST(CreateTaskTest, ACancelledTaskIsNoError) {
  create_task(add, 1, 2).cancel();
  co_await test::all_blocked();
  EXPECT_TRUE(test::lost_errors().empty());
}

TEST(CreateTaskOutsideTest, NeedsARunningLoop) {
  try {
    create_task(add, 1, 2);
    FAIL() << "nothing was thrown";
  } catch (const RuntimeError& error) {
    EXPECT_STREQ(error.what(),
                 "create_task(): no loop is running on this thread; call it from a task, under eddy::run");
  }
}

Task<const std::string&> same(const std::string& text) { co_return text; }

EDDY_TEST(CreateTaskTest, AReferenceIntoAStoredArgumentLivesAsLongAsTheHandle) {
  auto task = create_task(same, std::string(100, 'x'));
  const std::string& text = co_await task;
  EXPECT_EQ(text, std::string(100, 'x'));
}

}  // namespace
}  // namespace eddy

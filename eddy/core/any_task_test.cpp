// SPDX-License-Identifier: MIT
#include "eddy/core/any_task.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}

bool contains(const std::vector<AnyTask>& tasks, const AnyTask& task) {
  return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

EDDY_TEST(AnyTaskTest, IsTheSameTaskAsItsHandle) {
  auto handle = create_task(later, 1);
  AnyTask any = handle;
  EXPECT_TRUE(any == handle);
  EXPECT_FALSE(any.done());
  any.set_name("renamed");
  EXPECT_EQ(handle.name(), "renamed");
  co_await handle;
  EXPECT_TRUE(any.done());
  EXPECT_EQ(any.exception(), nullptr);
}

EDDY_TEST(AnyTaskTest, HandlesHashAndCompare) {
  auto a = create_task(later, 1);
  auto b = create_task([]() -> Task<> { co_await sleep(1s); });
  EXPECT_TRUE(a == a);
  EXPECT_FALSE(AnyTask(a) == AnyTask(b));
  EXPECT_TRUE((AnyTask(a) < AnyTask(b)) != (AnyTask(b) < AnyTask(a)));
  std::unordered_set<AnyTask> unordered;
  unordered.insert(a);
  unordered.insert(a);
  unordered.insert(b);
  EXPECT_EQ(unordered.size(), 2u);
  std::unordered_set<TaskHandle<int>> typed;
  typed.insert(a);
  EXPECT_TRUE(typed.contains(a));
  std::set<AnyTask> ordered;
  ordered.insert(a);
  ordered.insert(b);
  EXPECT_TRUE(ordered.contains(b));
  std::map<AnyTask, std::string> names;
  names.emplace(a, "a");
  EXPECT_EQ(names.at(a), "a");
  co_await gather(a, b);
}

EDDY_TEST(AnyTaskTest, ADefaultMadeOneIsEmpty) {
  AnyTask empty;
  EXPECT_FALSE(empty);
  EXPECT_TRUE(empty == AnyTask());
  EXPECT_THROW(empty.cancel(), RuntimeError);
  EXPECT_THROW((void)empty.name(), RuntimeError);
  co_return;
}

EDDY_TEST(AnyTaskTest, HasANameOfItsOwnUntilItIsGivenOne) {
  auto a = create_task(later, 1);
  auto b = create_task(later, 1);
  EXPECT_NE(a.name(), b.name());
  EXPECT_FALSE(a.name().empty());
  a.set_name("poller");
  EXPECT_EQ(a.name(), "poller");
  co_await gather(a, b);
  EXPECT_EQ(a.name(), "poller");
}

EDDY_TEST(CurrentTaskTest, IsTheTaskOfWhateverRuns) {
  AnyTask me = current_task();
  auto inner = [&]() -> Task<> {
    co_await checkpoint();
    EXPECT_TRUE(current_task() == me);  // an awaited Task runs in its caller's task
  };
  co_await inner();
  auto child = create_task([&]() -> Task<> {
    EXPECT_FALSE(current_task() == me);
    co_return;
  });
  co_await child;
  EXPECT_TRUE(current_task() == me);
}

// 3b §1.21
EDDY_TEST(CurrentTaskTest, InABranchOfAGatherIsTheTaskThatGathers) {
  AnyTask me = current_task();
  auto branch = [&]() -> Task<> {
    EXPECT_TRUE(current_task() == me);
    co_await sleep(1s);
    EXPECT_TRUE(current_task() == me);
  };
  auto nested = [&]() -> Task<> { co_await gather(branch(), branch()); };
  co_await gather(branch(), nested());
  EXPECT_TRUE(current_task() == me);
}

EDDY_TEST(CurrentTaskTest, DoesNotExistInACallback) {
  bool thrown = false;
  get_running_loop().call_soon([&] {
    try {
      current_task();
    } catch (const RuntimeError& error) {
      thrown = std::string(error.what()) == "current_task(): no task is running here";
    }
  });
  co_await test::all_blocked();
  EXPECT_TRUE(thrown);
}

TEST(CurrentTaskOutsideTest, DoesNotExistWithoutALoop) {
  EXPECT_THROW(current_task(), RuntimeError);
  EXPECT_THROW(all_tasks(), RuntimeError);
}

EDDY_TEST(AllTasksTest, AreThoseThatAreNotDone) {
  auto running = create_task(later, 1);
  auto done = create_task([]() -> Task<> { co_return; });
  co_await done;
  std::vector<AnyTask> tasks = all_tasks();
  EXPECT_TRUE(contains(tasks, current_task()));
  EXPECT_TRUE(contains(tasks, running));
  EXPECT_FALSE(contains(tasks, done));
  EXPECT_EQ(tasks.size(), 2u);
  co_await running;
}

EDDY_TEST(AllTasksTest, IncludeThoseThatHaveNotStarted) {
  auto fresh = create_task(later, 1);
  EXPECT_TRUE(contains(all_tasks(), fresh));
  co_await fresh;
}

EDDY_TEST(AllTasksTest, IncludeTheChildrenOfGroupsAndWhatRunsInBranches) {
  TaskHandle<int> in_group;
  TaskHandle<int> in_branch;
  auto group = [&]() -> Task<> { co_await task_group([&](TaskGroup& tg) { in_group = tg.create_task(later, 1); }); };
  auto branch = [&]() -> Task<> { co_await task_group([&](TaskGroup& tg) { in_branch = tg.create_task(later, 2); }); };
  auto outer = create_task([&]() -> Task<> { co_await gather(group(), branch()); });
  co_await test::all_blocked();
  std::vector<AnyTask> tasks = all_tasks();
  EXPECT_TRUE(contains(tasks, outer));
  EXPECT_TRUE(contains(tasks, in_group));
  EXPECT_TRUE(contains(tasks, in_branch));
  EXPECT_EQ(tasks.size(), 4u);
  co_await outer;
}

EDDY_TEST(AllTasksTest, CancellingThemAllEndsAProgram) {
  auto a = create_task(later, 1);
  auto b = create_task(later, 2);
  AnyTask me = current_task();
  for (const AnyTask& task : all_tasks()) {
    if (task != me) task.cancel("everybody out");
  }
  co_await cancel_and_wait(a);
  co_await cancel_and_wait(b);
  EXPECT_TRUE(a.cancelled());
  EXPECT_TRUE(b.cancelled());
}

}  // namespace
}  // namespace eddy

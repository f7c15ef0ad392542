// SPDX-License-Identifier: MIT
#include "eddy/debug/task_tree.h"

#include <chrono>
#include <string>
#include <vector>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/function_name.h"
#include "eddy/debug/dump_tasks.h"
#include "eddy/sync/event.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using test::all_blocked;

std::vector<TaskNode> tree() { return task_tree(get_running_loop()); }

const TaskNode* find(const std::vector<TaskNode>& nodes, const std::string& name) {
  for (const TaskNode& node : nodes) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

std::vector<const TaskNode*> children(const std::vector<TaskNode>& nodes, const std::string& name) {
  std::vector<const TaskNode*> found;
  for (const TaskNode& node : nodes) {
    if (node.parent != TaskNode::kNone && nodes[node.parent].name == name) found.push_back(&node);
  }
  return found;
}

std::string doing(const std::string& name) {
  const auto nodes = tree();
  const TaskNode* node = find(nodes, name);
  return node ? node->doing() : "there is none";
}

Task<> wait_on(Event& event) { co_await event.wait(); }

Task<> group_of_two(Event& event) {
  co_await task_group([&](TaskGroup& group) {
    group.create_task(wait_on, std::ref(event)).set_name("first");
    group.create_task(wait_on, std::ref(event)).set_name("second");
  });
}

EDDY_TEST(TaskTreeTest, ChildrenOfAGroupAreBelowTheTaskThatWaitsForThem) {
  Event go;
  auto parent = create_task(group_of_two, std::ref(go));
  parent.set_name("parent");
  co_await all_blocked();
  const auto nodes = tree();
  const TaskNode* node = find(nodes, "parent");
  CO_ASSERT_TRUE(node);
  EXPECT_EQ(node->doing(), "waits for task_group, 2 left");
  const auto kids = children(nodes, "parent");
  CO_ASSERT_EQ(kids.size(), 2U);
  EXPECT_EQ(kids[0]->name, "first");
  EXPECT_EQ(kids[1]->name, "second");
  EXPECT_EQ(kids[0]->waits_for->what, "Event");
  EXPECT_EQ(kids[0]->depth, 1U);
  CO_ASSERT_EQ(kids[0]->frames.size(), 1U);
  CO_ASSERT_EQ(node->frames.size(), 1U);
  EXPECT_EQ(eddy::detail::short_function_name(node->frames[0].function_name()), "eddy::debug::group_of_two");
  go.set();
  co_await parent;
}

EDDY_TEST(TaskTreeTest, BranchesOfAGatherHaveNoName) {
  Event go;
  auto parent = create_task([&]() -> Task<> { co_await gather(wait_on(go), wait_on(go)); });
  parent.set_name("parent");
  co_await all_blocked();
  const auto nodes = tree();
  const auto kids = children(nodes, "parent");
  CO_ASSERT_EQ(kids.size(), 2U);
  EXPECT_EQ(kids[1]->title(), "branch 2");
  EXPECT_EQ(kids[0]->name, "");
  EXPECT_EQ(find(nodes, "parent")->doing(), "waits for gather, 2 left");
  go.set();
  co_await parent;
}

EDDY_TEST(TaskTreeTest, TellsWhatATaskIsDoing) {
  Event go;
  current_task().set_name("main");
  auto task = create_task(wait_on, std::ref(go));
  task.set_name("task");
  EXPECT_EQ(doing("task"), "has not started");
  EXPECT_EQ(doing("main"), "runs");
  co_await all_blocked();
  EXPECT_EQ(find(tree(), "task")->state, TaskState::kWaiting);
  go.set();
  EXPECT_EQ(doing("task"), "is ready to go on");
  co_await task;
  EXPECT_EQ(doing("task"), "there is none");
}

EDDY_TEST(TaskTreeTest, ACancelledTaskSaysWhyUntilItIsGone) {
  auto task = create_task([]() -> Task<> { co_await sleep(1s); });
  task.set_name("task");
  co_await all_blocked();
  task.cancel("not needed any more");
  const auto nodes = tree();
  EXPECT_EQ(find(nodes, "task")->doing(), "is being unwound");
  EXPECT_TRUE(find(nodes, "task")->cancelled);
  EXPECT_EQ(find(nodes, "task")->cancel_reason, "not needed any more");
  EXPECT_THROW(co_await task, TaskCancelled);
}

EDDY_TEST(TaskTreeTest, ATaskBeyondTheLimitOfItsGroupIsHeld) {
  Event go;
  auto body = [&](TaskGroup& group) {
    group.limit(1);
    group.create_task(wait_on, std::ref(go)).set_name("runs");
    group.create_task(wait_on, std::ref(go)).set_name("waits");
  };
  auto parent = create_task([&]() -> Task<> { co_await task_group(body); });
  co_await all_blocked();
  EXPECT_EQ(doing("waits"), "waits for its turn in its group");
  go.set();
  co_await parent;
}

Task<int> slow_answer() {
  co_await shield(sleep(10s));
  co_return 1;
}

Task<> take_one_of_two() {
  std::vector<Task<int>> answers;
  answers.push_back([]() -> Task<int> { co_return 0; }());
  answers.push_back(slow_answer());
  auto results = as_completed(std::move(answers));
  co_await results.next();
}

EDDY_TEST(TaskTreeTest, ATaskThatLeftChildrenBehindWaitsForThem) {
  auto task = create_task(take_one_of_two);
  task.set_name("task");
  co_await sleep(1s);
  const auto nodes = tree();
  EXPECT_EQ(find(nodes, "task")->doing(), "waits for its abandoned children");
  const auto kids = children(nodes, "task");
  CO_ASSERT_EQ(kids.size(), 1U);
  EXPECT_TRUE(kids[0]->cancelled);
  EXPECT_EQ(kids[0]->doing(), "waits for Sleep, 9.0 s left");
  co_await task;
}

EDDY_TEST(TaskTreeTest, ATimeoutCountsForAllBelowItButNotThroughAShield) {
  Event go;
  auto parent = create_task([&]() -> Task<> {
    auto body = [&](Timeout&) -> Task<> { co_await gather(wait_on(go), shield(wait_on(go))); };
    co_await timeout(20s, body);
  });
  parent.set_name("parent");
  co_await sleep(5s);
  const auto nodes = tree();
  EXPECT_EQ(find(nodes, "parent")->timeout_in, Duration(15s));
  const auto kids = children(nodes, "parent");
  CO_ASSERT_EQ(kids.size(), 2U);
  EXPECT_EQ(kids[0]->timeout_in, Duration(15s));
  EXPECT_EQ(kids[1]->timeout_in, std::nullopt);
  go.set();
  co_await parent;
}

Task<> wait_twice(Event& first, Event& second) {
  co_await first.wait();
  co_await second.wait();
}

EDDY_TEST(TaskTreeTest, DebugModeKnowsHowOldATaskIsAndHowLongItWaits) {
  get_running_loop().set_debug(true);
  Event first;
  Event second;
  auto task = create_task(wait_twice, std::ref(first), std::ref(second));
  task.set_name("task");
  EXPECT_EQ(find(tree(), "task")->age, std::nullopt);
  co_await all_blocked();
  co_await sleep(3s);
  first.set();
  co_await sleep(2s);
  const auto nodes = tree();
  EXPECT_EQ(find(nodes, "task")->age, Duration(5s));
  EXPECT_EQ(find(nodes, "task")->waiting, Duration(2s));
  EXPECT_NE(dump_tasks().find(" (for 2.0 s, 5.0 s old)\n"), std::string::npos) << dump_tasks();
  second.set();
  co_await task;
}

Task<> nested(int depth, Event& event) {
  if (depth == 0) {
    co_await event.wait();
  } else {
    co_await nested(depth - 1, event);
  }
}

EDDY_TEST(TaskTreeTest, ALongChainOfAwaitsIsCutShort) {
  Event go;
  auto task = create_task(nested, 99, std::ref(go));
  task.set_name("task");
  co_await all_blocked();
  const auto nodes = tree();
  EXPECT_EQ(find(nodes, "task")->frames.size(), TaskNode::kFramesMax);
  EXPECT_EQ(find(nodes, "task")->frames_hidden, 100 - TaskNode::kFramesMax);
  go.set();
  co_await task;
}

Task<> tasks_within(int depth, Event& event) {
  if (depth == 0) {
    co_await event.wait();
  } else {
    co_await gather(tasks_within(depth - 1, event));
  }
}

EDDY_TEST(TaskTreeTest, TasksWithinTasksNeedNoStack) {
  Event go;
  auto task = create_task(tasks_within, 10'000, std::ref(go));
  co_await all_blocked();
  const auto nodes = tree();
  EXPECT_EQ(nodes.back().depth, 10'000U);
  EXPECT_EQ(nodes.back().waits_for->what, "Event");
  go.set();
  co_await task;
}

}  // namespace
}  // namespace eddy::debug

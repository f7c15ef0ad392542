// SPDX-License-Identifier: MIT
#include "eddy/test/task_dump.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/function_name.h"
#include "eddy/sync/event.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

const TaskNode* find(const std::vector<TaskNode>& tree, const std::string& name) {
  for (const TaskNode& node : tree) {
    if (node.name == name) return &node;
    if (const TaskNode* below = find(node.children, name)) return below;
  }
  return nullptr;
}

Task<> wait_on(Event& event) { co_await event.wait(); }

Task<> group_of_two(Event& event) {
  co_await task_group([&](TaskGroup& group) {
    group.create_task(wait_on, std::ref(event)).set_name("first");
    group.create_task(wait_on, std::ref(event)).set_name("second");
  });
}

EDDY_TEST(TaskDumpTest, ChildrenOfAGroupAreBelowTheTaskThatWaitsForThem) {
  Event go;
  auto parent = create_task(group_of_two, std::ref(go));
  parent.set_name("parent");
  co_await all_blocked();
  auto tree = task_tree(get_running_loop());
  const TaskNode* node = find(tree, "parent");
  CO_ASSERT_TRUE(node);
  CO_ASSERT_EQ(node->children.size(), 2u);
  EXPECT_EQ(node->children[0].name, "first");
  EXPECT_EQ(node->children[1].name, "second");
  EXPECT_EQ(node->children[0].waits_for, "EventWait");
  CO_ASSERT_EQ(node->children[0].frames.size(), 1u);
  CO_ASSERT_EQ(node->frames.size(), 1u);
  EXPECT_STREQ(eddy::detail::short_function_name(node->frames[0].function_name()).c_str(), "eddy::test::group_of_two");
  go.set();
  co_await parent;
}

EDDY_TEST(TaskDumpTest, BranchesOfAGatherHaveNoName) {
  Event go;
  auto parent = create_task([&]() -> Task<> { co_await gather(wait_on(go), wait_on(go)); });
  parent.set_name("parent");
  co_await all_blocked();
  auto tree = task_tree(get_running_loop());
  const TaskNode* node = find(tree, "parent");
  CO_ASSERT_TRUE(node);
  CO_ASSERT_EQ(node->children.size(), 2u);
  EXPECT_EQ(node->children[0].name, "");
  EXPECT_NE(format(tree).find("branch waits for EventWait"), std::string::npos) << format(tree);
  go.set();
  co_await parent;
}

EDDY_TEST(TaskDumpTest, TellsWhatHasNotStartedAndWhatIsCancelled) {
  auto task = create_task([]() -> Task<> { co_await sleep(std::chrono::seconds(1)); });
  task.set_name("task");
  {
    auto tree = task_tree(get_running_loop());
    EXPECT_EQ(find(tree, "task")->state, "has not started");
  }
  co_await all_blocked();
  task.cancel();
  {
    auto tree = task_tree(get_running_loop());
    EXPECT_EQ(find(tree, "task")->state, "waits");
    EXPECT_TRUE(find(tree, "task")->cancelled);
  }
  EXPECT_THROW(co_await task, TaskCancelled);
}

Task<> nested(int depth, Event& event) {
  if (depth == 0) {
    co_await event.wait();
  } else {
    co_await nested(depth - 1, event);
  }
}

EDDY_TEST(TaskDumpTest, ALongChainIsCutShort) {
  Event go;
  auto task = create_task(nested, 99, std::ref(go));
  task.set_name("task");
  co_await all_blocked();
  auto tree = task_tree(get_running_loop());
  EXPECT_EQ(find(tree, "task")->frames.size(), 32u);
  EXPECT_EQ(find(tree, "task")->frames_hidden, 68u);
  EXPECT_NE(format(tree).find("and 68 more awaits"), std::string::npos);
  go.set();
  co_await task;
}

}  // namespace
}  // namespace eddy::test

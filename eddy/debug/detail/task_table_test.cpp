// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/task_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "eddy/base/random.h"

namespace eddy::debug::detail {
namespace {

TEST(TaskTableTest, IsWhatAMapWouldBe) {
  Random random(11);
  std::vector<std::uint64_t> tasks(300);  // only their addresses matter
  TaskTable<int> table(1000);
  std::map<const void*, int> expected;
  for (int step = 0; step < 20'000; ++step) {
    const void* task = &tasks[random.below(tasks.size())];
    if (random.below(2) == 0) {
      *table.insert(task) = step;
      expected[task] = step;
    } else {
      table.erase(task);
      expected.erase(task);
    }
    ASSERT_EQ(table.size(), expected.size());
    const void* asked = &tasks[random.below(tasks.size())];
    const int* found = table.find(asked);
    ASSERT_EQ(found != nullptr, expected.contains(asked));
    if (found) {
      ASSERT_EQ(*found, expected[asked]);
    }
  }
  std::map<const void*, int> all;
  table.for_each([&](const void* task, int entry) { all[task] = entry; });
  EXPECT_EQ(all, expected);
}

TEST(TaskTableTest, InsertingTwiceKeepsTheEntry) {
  TaskTable<int> table(10);
  int task = 0;
  *table.insert(&task) = 5;
  EXPECT_EQ(*table.insert(&task), 5);
  EXPECT_EQ(table.size(), 1u);
}

TEST(TaskTableTest, HoldsSoManyAndNoMore) {
  TaskTable<int> table(3);
  int tasks[4] = {};
  for (int i = 0; i < 3; ++i) EXPECT_NE(table.insert(&tasks[i]), nullptr);
  EXPECT_EQ(table.insert(&tasks[3]), nullptr);
  EXPECT_EQ(table.find(&tasks[3]), nullptr);
  table.erase(&tasks[0]);
  EXPECT_NE(table.insert(&tasks[3]), nullptr);
  table.clear();
  EXPECT_EQ(table.find(&tasks[3]), nullptr);
}

}  // namespace
}  // namespace eddy::debug::detail

// SPDX-License-Identifier: MIT
#include "eddy/core/context_var.h"

#include <memory>
#include <string>
#include <thread>

#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

ContextVar<std::string> request{"-"};
ContextVar<int> depth{0};

Task<std::string> read() {
  co_await checkpoint();
  co_return request.get();
}
Task<> write(std::string value) {
  request.set(std::move(value));
  co_return;
}

EDDY_TEST(ContextVarTest, HasItsInitialValueUntilItIsSet) {
  EXPECT_EQ(request.get(), "-");
  request.set("r1");
  EXPECT_EQ(request.get(), "r1");
  EXPECT_EQ(depth.get(), 0);
  co_return;
}

EDDY_TEST(ContextVarTest, KeepsItsValueAcrossAwaits) {
  request.set("r1");
  auto other = create_task(write, "other");
  co_await sleep(1s);
  EXPECT_EQ(request.get(), "r1");
}

EDDY_TEST(ContextVarTest, AnAwaitedTaskSharesTheValuesOfItsCaller) {
  request.set("r1");
  EXPECT_EQ(co_await read(), "r1");
  co_await write("r2");
  EXPECT_EQ(request.get(), "r2");
}

EDDY_TEST(ContextVarTest, AChildTaskStartsWithACopyOfItsParentsValues) {
  request.set("parent");
  auto child = create_task([]() -> Task<std::string> {
    std::string before = request.get();
    request.set("child");
    co_await checkpoint();
    co_return before + " " + request.get();
  });
  EXPECT_EQ(co_await child, "parent child");
  EXPECT_EQ(request.get(), "parent");
}

EDDY_TEST(ContextVarTest, TheCopyIsMadeWhenTheChildIsCreated) {
  request.set("at creation");
  auto child = create_task(read);
  request.set("afterwards");
  EXPECT_EQ(co_await child, "at creation");
}

EDDY_TEST(ContextVarTest, ChildrenOfAGroupInheritToo) {
  request.set("group");
  TaskHandle<std::string> child;
  co_await task_group([&](TaskGroup& tg) { child = tg.create_task(read); });
  EXPECT_EQ(child.result(), "group");
}

EDDY_TEST(ContextVarTest, GrandchildrenSeeWhatTheirParentSet) {
  depth.set(1);
  auto child = create_task([]() -> Task<int> {
    depth.set(depth.get() + 1);
    auto grandchild = create_task([]() -> Task<int> { co_return depth.get() + 1; });
    co_return co_await grandchild;
  });
  EXPECT_EQ(co_await child, 3);
  EXPECT_EQ(depth.get(), 1);
}

// 3b §1.21
EDDY_TEST(ContextVarTest, TheBranchesOfAGatherShareTheirTasksValues) {
  request.set("before");
  auto set = []() -> Task<> {
    request.set("set by a branch");
    co_return;
  };
  auto get = []() -> Task<std::string> {
    co_await sleep(1s);
    co_return request.get();
  };
  auto both = co_await gather(set(), get());
  EXPECT_EQ(both.second, "set by a branch");
  EXPECT_EQ(request.get(), "set by a branch");
}

EDDY_TEST(ContextVarTest, VariablesAreIndependent) {
  request.set("r");
  depth.set(1);
  request.set("s");
  auto child = create_task([]() -> Task<> {
    depth.set(2);
    EXPECT_EQ(request.get(), "s");
    co_return;
  });
  co_await child;
  EXPECT_EQ(depth.get(), 1);
}

EDDY_TEST(ContextVarTest, SettingItInALoopKeepsOnlyTheLastValue) {
  static ContextVar<std::shared_ptr<int>> holder;
  auto first = std::make_shared<int>(1);
  holder.set(first);
  for (int i = 0; i < 100; ++i) {
    holder.set(std::make_shared<int>(i));
    co_await checkpoint();
  }
  EXPECT_EQ(first.use_count(), 1);
}

EDDY_TEST(ContextVarTest, ValuesDieWithTheLastTaskThatSeesThem) {
  static ContextVar<std::shared_ptr<int>> holder;
  auto value = std::make_shared<int>(1);
  TaskHandle<> child;
  auto parent = create_task([&]() -> Task<> {
    holder.set(value);
    child = create_task([]() -> Task<> {
      co_await sleep(1s);
      EXPECT_EQ(*holder.get(), 1);
    });
    co_return;
  });
  co_await parent;
  parent = {};
  EXPECT_GT(value.use_count(), 1);
  co_await child;
  child = {};
  EXPECT_EQ(value.use_count(), 1);
}

EDDY_TEST(ContextVarTest, AThousandBindingsDieWithoutRecursion) {
  auto chain = create_task([]() -> Task<> {
    std::vector<TaskHandle<>> watchers;
    for (int i = 0; i < 20'000; ++i) {
      depth.set(i);
      if (i % 2 == 0) watchers.push_back(create_task([]() -> Task<> { co_return; }));
    }
    for (auto& watcher : watchers) co_await watcher;
  });
  co_await chain;
}

TEST(ContextVarOutsideTest, AThreadHasValuesOfItsOwnWhichRunHandsOn) {
  std::string in_run;
  std::string in_thread;
  request.set("main thread");
  run([&]() -> Task<> {
    in_run = request.get();
    request.set("inside");
    co_return;
  });
  std::thread([&] { in_thread = request.get(); }).join();
  EXPECT_EQ(in_run, "main thread");
  EXPECT_EQ(in_thread, "-");
  EXPECT_EQ(request.get(), "main thread");
  request.set("-");
}

}  // namespace
}  // namespace eddy

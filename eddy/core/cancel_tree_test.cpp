// SPDX-License-Identifier: MIT
//
// Big trees of tasks: one cancel ends them all, with neither recursion nor allocation.
#include <functional>
#include <string>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/shield.h"
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

// The heavy sizes are for builds without sanitizers.
constexpr bool sanitized() { return detail::kSanitized; }
constexpr bool optimized() {
#ifdef __OPTIMIZE__
  return true;
#else
  return false;
#endif
}
constexpr int kTreeLevels = sanitized() ? 13 : optimized() ? 19 : 16;  // 2^20 - 1 tasks
constexpr int kWidth = sanitized() ? 20'000 : 100'000;

struct Count {
  explicit Count(int& n) : alive(n) { ++alive; }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;
  ~Count() { --alive; }
  int& alive;
};

Task<> tree(int levels, int& alive) {
  Count here(alive);
  if (levels == 0) {
    co_await sleep(1h);
    co_return;
  }
  co_await task_group([&](TaskGroup& tg) {
    tg.create_task(tree, levels - 1, std::ref(alive));
    tg.create_task(tree, levels - 1, std::ref(alive));
  });
}

EDDY_TEST(CancelTreeTest, OneCancelEndsAMillionTasks) {
  int alive = 0;
  auto root = create_task(tree, kTreeLevels, std::ref(alive));
  co_await test::all_blocked();
  EXPECT_EQ(alive, (2 << kTreeLevels) - 1);
  auto before = now();
  co_await cancel_and_wait(root);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(now(), before);
  EXPECT_TRUE(root.cancelled());
}

Task<> line(int levels, int& alive) {
  Count here(alive);
  if (levels == 0) {
    co_await sleep(1h);
    co_return;
  }
  co_await task_group([&](TaskGroup& tg) { tg.create_task(line, levels - 1, std::ref(alive)); });
}

EDDY_TEST(CancelTreeTest, ADeepLineOfGroupsIsCancelledWithoutRecursion) {
  int alive = 0;
  auto root = create_task(line, kWidth, std::ref(alive));
  co_await test::all_blocked();
  EXPECT_EQ(alive, kWidth + 1);
  co_await cancel_and_wait(root);
  EXPECT_EQ(alive, 0);
}

EDDY_TEST(CancelTreeTest, AWideGroupIsCancelled) {
  int alive = 0;
  auto child = [](int& n) -> Task<> {
    Count here(n);
    co_await sleep(1h);
  };
  auto root = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      for (int i = 0; i < kWidth; ++i) tg.create_task(child, std::ref(alive));
    });
  });
  co_await test::all_blocked();
  EXPECT_EQ(alive, kWidth);
  co_await cancel_and_wait(root);
  EXPECT_EQ(alive, 0);
}

Task<> gathers(int levels, int& alive) {
  Count here(alive);
  if (levels == 0) {
    co_await sleep(1h);
    co_return;
  }
  co_await gather(gathers(levels - 1, alive), gathers(levels - 1, alive));
}

EDDY_TEST(CancelTreeTest, ATreeOfGathersIsCancelled) {
  int alive = 0;
  auto root = create_task(gathers, 12, std::ref(alive));
  co_await test::all_blocked();
  EXPECT_EQ(alive, (2 << 12) - 1);
  co_await cancel_and_wait(root);
  EXPECT_EQ(alive, 0);
}

EDDY_TEST(CancelTreeTest, ChildrenEndBeforeTheFramesAroundThem) {
  std::string log;
  auto child = [&](const char* name) -> Task<> {
    ScopeGuard guard([&log, name] { log += name; });
    co_await sleep(1h);
  };
  auto root = create_task([&]() -> Task<> {
    ScopeGuard guard([&] { log += "parent"; });
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task(child, "first ");
      tg.create_task(child, "second ");
    });
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(root);
  EXPECT_TRUE(log.ends_with("parent")) << log;
  EXPECT_EQ(log.size(), std::string("first second parent").size());
}

EDDY_TEST(CancelTreeTest, AShieldInTheMiddleKeepsWhatIsBelowIt) {
  int alive = 0;
  std::string log;
  auto inner = [&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task([&]() -> Task<> {
        Count here(alive);
        co_await sleep(1s);
        log += "kept ";
      });
    });
  };
  auto root = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task([&]() -> Task<> {
        co_await shield(inner());
        log += "shield ended";
        co_await sleep(1s);
        log += " and too far";
      });
      tg.create_task(tree, 3, std::ref(alive));
    });
  });
  co_await test::all_blocked();
  EXPECT_EQ(alive, 16);
  root.cancel();
  co_await test::all_blocked();
  EXPECT_EQ(alive, 1);
  co_await cancel_and_wait(root);
  EXPECT_EQ(log, "kept shield ended");
  EXPECT_TRUE(root.cancelled());
}

EDDY_TEST(CancelTreeTest, CancellingABranchLeavesItsSiblingsAlone) {
  int alive = 0;
  TaskHandle<> left;
  auto root = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& tg) {
      left = tg.create_task(tree, 3, std::ref(alive));
      tg.create_task(tree, 2, std::ref(alive));
    });
  });
  co_await test::all_blocked();
  EXPECT_EQ(alive, 22);
  co_await cancel_and_wait(left);
  EXPECT_EQ(alive, 7);
  EXPECT_FALSE(root.done());
  co_await root;  // 3b §1.11: a child cancelled by its handle is no failure
  EXPECT_EQ(alive, 0);
}

// Everything a program leaves behind is cancelled at its end, however big.
TEST(CancelTreeAtTheEndTest, RunCancelsWhatIsLeftOfATree) {
  int alive = 0;
  run([&]() -> Task<> {
    create_task(tree, 10, std::ref(alive));
    for (int turn = 0; turn < 100'000 && alive < (2 << 10) - 1; ++turn) co_await checkpoint();
    EXPECT_EQ(alive, (2 << 10) - 1);
  });
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// Long chains of awaits must not become deep stacks: not when they suspend, complete, throw or are torn down, with or
// without tail calls (-O0, sanitizers).
#include <stdexcept>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr int kDepth = 100'000;
constexpr int kRepeats = 300'000;

Task<int> nest(int depth) {
  if (depth == 0) co_return 0;
  int below = co_await nest(depth - 1);
  co_return below + 1;
}

Task<int> nest_around_a_sleep(int depth, int& destroyed) {
  ScopeGuard guard([&] { ++destroyed; });
  if (depth == 0) {
    co_await sleep(1h);
    co_return 0;
  }
  int below = co_await nest_around_a_sleep(depth - 1, destroyed);
  co_return below + 1;
}

Task<> nest_around_a_throw(int depth) {
  if (depth == 0) throw std::runtime_error("from the bottom");
  co_await nest_around_a_throw(depth - 1);
}

Task<int> ready() { co_return 1; }

EDDY_TEST(DeepChainTest, NestedAwaitsThatNeverSuspendComplete) { EXPECT_EQ(co_await nest(kDepth), kDepth); }

EDDY_TEST(DeepChainTest, NestedAwaitsThatSuspendComplete) {
  int destroyed = 0;
  EXPECT_EQ(co_await nest_around_a_sleep(kDepth, destroyed), kDepth);
  EXPECT_EQ(destroyed, kDepth + 1);
}

EDDY_TEST(DeepChainTest, NestedAwaitsUnwindWhenCancelled) {
  int destroyed = 0;
  auto task = create_task(nest_around_a_sleep, kDepth, std::ref(destroyed));
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(destroyed, kDepth + 1);
}

EDDY_TEST(DeepChainTest, AnErrorClimbsThroughAllOfThem) {
  auto result = co_await outcome(nest_around_a_throw(kDepth / 10));
  EXPECT_EQ(result.message(), "from the bottom");
}

EDDY_TEST(DeepChainTest, SynchronousCompletionsInALoopNeedNoStack) {
  int sum = 0;
  for (int i = 0; i < kRepeats; ++i) sum += co_await ready();
  EXPECT_EQ(sum, kRepeats);
}

EDDY_TEST(DeepChainTest, ALongLineOfTasksThatWaitForEachOtherEnds) {
  TaskHandle<int> last = create_task(ready);
  for (int i = 0; i < kDepth; ++i) {
    last = create_task(
        [](TaskHandle<int> before) -> Task<int> {
          int n = co_await before;
          co_return n + 1;
        },
        last);
  }
  EXPECT_EQ(co_await last, kDepth + 1);
}

// One level of each kind of scope, ten thousand times.
Task<int> nest_scopes(int depth) {
  if (depth == 0) {
    co_await sleep(1h);
    co_return 0;
  }
  auto body = [&] { return shield(nest_scopes(depth - 1)); };
  int below = co_await timeout(2h, body);
  co_return below + 1;
}

EDDY_TEST(DeepChainTest, NestedScopesComplete) { EXPECT_EQ(co_await nest_scopes(kDepth / 10), kDepth / 10); }

Task<int> nest_groups(int depth) {
  int below = 0;
  if (depth == 0) {
    co_await sleep(1h);
    co_return 0;
  }
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    auto child = tg.create_task(nest_groups, depth - 1);
    below = co_await child;
  });
  co_return below + 1;
}

EDDY_TEST(DeepChainTest, NestedGroupsCompleteAndUnwind) {
  EXPECT_EQ(co_await nest_groups(kDepth / 10), kDepth / 10);
  auto task = create_task(nest_groups, kDepth / 10);
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

}  // namespace
}  // namespace eddy

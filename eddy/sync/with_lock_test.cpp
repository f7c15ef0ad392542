// SPDX-License-Identifier: MIT
#include <string>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/exit_stack.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/sync/condition.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/semaphore.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

// `async with lock:` in this library's terms.
namespace {

using namespace std::chrono_literals;
using eddy::Task;
using eddy::with;

EDDY_TEST(WithLock, HoldsItDuringTheBodyOnly) {
  eddy::Lock lock;
  int result = co_await with(lock, [&] {
    EXPECT_TRUE(lock.locked());
    return 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(WithLock, OneBodyAfterTheOther) {
  eddy::Lock lock;
  std::string order;
  auto critical = [&](char name) -> Task<> {
    co_await with(lock, [&]() -> Task<> {
      order += name;
      co_await eddy::sleep(1ms);
      order += name;
    });
  };
  co_await eddy::gather(critical('a'), critical('b'), critical('c'));
  std::string runs;
  for (std::size_t i = 0; i < order.size(); i += 2) {
    EXPECT_EQ(order[i], order[i + 1]);
    runs += order[i];
  }
  EXPECT_EQ(runs.size(), 3u);
}

EDDY_TEST(WithLock, TheBodyMayReleaseTheGuardEarly) {
  eddy::Lock lock;
  co_await with(lock, [&](eddy::LockGuard& guard) {
    guard.release();
    EXPECT_FALSE(lock.locked());
  });
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(WithLock, ReleasesItOnErrorAndOnCancellation) {
  eddy::Lock lock;
  auto failed = co_await eddy::outcome(with(lock, []() -> Task<> {
    co_await eddy::sleep(1ms);
    throw eddy::RuntimeError("broken");
  }));
  EXPECT_EQ(failed.message(), "broken");
  EXPECT_FALSE(lock.locked());

  auto body = [] { return eddy::sleep(1h); };
  auto task = eddy::create_task(with(lock, body));
  co_await eddy::sleep(1ms);
  EXPECT_TRUE(lock.locked());
  co_await eddy::cancel_and_wait(task);
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(WithLock, CancelledWhileItWaitsNeverRunsTheBody) {
  eddy::Lock lock;
  auto guard = co_await lock.acquire();
  bool ran = false;
  auto body = [&] { ran = true; };
  auto task = eddy::create_task(with(lock, body));
  co_await eddy::sleep(1ms);
  co_await eddy::cancel_and_wait(task);
  guard.release();
  EXPECT_FALSE(ran);
  EXPECT_FALSE(lock.locked());
}

EDDY_TEST(WithLock, SemaphoresAndConditionsToo) {
  eddy::Semaphore semaphore{1};
  co_await with(semaphore, [&] { EXPECT_TRUE(semaphore.locked()); });
  EXPECT_FALSE(semaphore.locked());

  eddy::Condition condition;
  co_await with(condition, [&](eddy::LockGuard& guard) -> Task<> {
    co_await condition.wait(guard, [] { return true; });
    EXPECT_TRUE(condition.locked());
  });
  EXPECT_FALSE(condition.locked());
}

EDDY_TEST(WithLock, OnAnExitStack) {
  eddy::Lock lock;
  eddy::ExitStack stack;
  co_await with(stack, [&]() -> Task<> {
    co_await stack.enter(lock);
    EXPECT_TRUE(lock.locked());
  });
  EXPECT_FALSE(lock.locked());
}

}  // namespace

// SPDX-License-Identifier: MIT
#include <chrono>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/race.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/wait.h"
#include "eddy/debug/dump_tasks.h"
#include "eddy/debug/task_tree.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/deadlock.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using test::all_blocked;
using testing::HasSubstr;

std::vector<std::string> found() {
  std::vector<std::string> texts;
  for (const Deadlock& deadlock : deadlocks(get_running_loop())) {
    texts.push_back(std::regex_replace(deadlock.text, std::regex(" 0x[0-9a-f]+"), ""));
  }
  return texts;
}

using Texts = std::vector<std::string>;

Task<> both(Lock& first, Lock& second) {
  auto one = co_await first.acquire();
  co_await sleep(1ms);
  auto two = co_await second.acquire();
}

template <class F, class... Args>
TaskHandle<> start(std::string name, F&& f, Args&&... args) {
  TaskHandle<> task = create_task(std::forward<F>(f), std::forward<Args>(args)...);
  task.set_name(std::move(name));
  return task;
}

Task<> end(AnyTask task) {
  task.cancel();
  co_await wait(task);
}

EDDY_TEST(DeadlocksTest, TwoTasksThatTakeTwoLocksTheOtherWayRound) {
  Lock left;
  Lock right;
  auto a = start("a", both, std::ref(left), std::ref(right));
  auto b = start("b", both, std::ref(right), std::ref(left));
  co_await sleep(10ms);
  const Texts expected{"deadlock: task 'a' waits for Lock held by task 'b'; task 'b' waits for Lock held by task 'a'"};
  EXPECT_EQ(found(), expected);
  EXPECT_THAT(dump_tasks(), testing::StartsWith("deadlock: task 'a' waits for Lock 0x"));
  const auto seen = deadlocks(get_running_loop());
  CO_ASSERT_EQ(seen.size(), 1U);
  const std::vector<const void*> members{&a.state(), &b.state()};
  EXPECT_EQ(seen[0].tasks, members);
  co_await end(a);
  EXPECT_EQ(found(), Texts());
  co_await b;
}

EDDY_TEST(DeadlocksTest, ATaskThatAcquiresALockItHolds) {
  Lock lock;
  auto a = start("a", both, std::ref(lock), std::ref(lock));
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock: task 'a' waits for Lock held by itself"});
  co_await end(a);
}

Task<> hold_and_await(Lock& lock, AnyTask& other) {
  auto guard = co_await lock.acquire();
  co_await sleep(1ms);
  co_await wait(other);
}

Task<> acquire(Lock& lock) { auto guard = co_await lock.acquire(); }

EDDY_TEST(DeadlocksTest, ATaskThatAwaitsOneThatWantsItsLock) {
  Lock lock;
  AnyTask b;
  auto a = start("a", hold_and_await, std::ref(lock), std::ref(b));
  co_await all_blocked();
  b = start("b", acquire, std::ref(lock));
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock: task 'a' waits for wait, 1 of 1 left, among them task 'b'; "
                           "task 'b' waits for Lock held by task 'a'"});
  co_await end(a);
  co_await wait(b);
}

Task<> await_task(TaskHandle<>& other) {
  co_await sleep(1ms);
  co_await other;
}

EDDY_TEST(DeadlocksTest, ThreeTasksThatAwaitEachOther) {
  TaskHandle<> a;
  TaskHandle<> b;
  TaskHandle<> c;
  a = create_task(await_task, std::ref(b));
  b = create_task(await_task, std::ref(c));
  c = create_task(await_task, std::ref(a));
  a.set_name("a");
  b.set_name("b");
  c.set_name("c");
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock: task 'a' waits for task 'b'; task 'b' waits for task 'c'; "
                           "task 'c' waits for task 'a'"});
  co_await end(a);
  co_await wait(b, c);
  EXPECT_TRUE(b.exception());
  EXPECT_TRUE(c.exception());
}

Task<> group_in_lock(Lock& lock) {
  auto guard = co_await lock.acquire();
  co_await task_group([&](TaskGroup& group) {
    group.create_task(acquire, std::ref(lock)).set_name("child");
    group.create_task([]() -> Task<> { co_await sleep(1h); }).set_name("sleeper");
  });
}

EDDY_TEST(DeadlocksTest, AChildThatWantsWhatItsParentHolds) {
  Lock lock;
  auto parent = start("parent", group_in_lock, std::ref(lock));
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock: task 'parent' waits for task_group, 2 left, among them task 'child'; "
                           "task 'child' waits for Lock held by task 'parent'"});
  co_await end(parent);
}

Task<> gather_in_lock(Lock& lock) {
  auto guard = co_await lock.acquire();
  co_await gather(acquire(lock), sleep(1h));
}

EDDY_TEST(DeadlocksTest, ABranchThatWantsWhatItsTaskHolds) {
  Lock lock;
  auto parent = start("parent", gather_in_lock, std::ref(lock));
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock: task 'parent' waits for gather, 2 left, among them branch 1 of task 'parent'; "
                           "branch 1 of task 'parent' waits for Lock held by task 'parent'"});
  co_await end(parent);
}

EDDY_TEST(DeadlocksTest, WithATimeoutItSaysUntilWhen) {
  Lock left;
  Lock right;
  auto a = start("a", both, std::ref(left), std::ref(right));
  auto b = start("b", [&]() -> Task<> { co_await try_for(both(right, left), 3s); });
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts{"deadlock until the timeout of task 'b' in 3.0 s: "
                           "task 'a' waits for Lock held by task 'b'; task 'b' waits for Lock held by task 'a'"});
  co_await wait(a, b);
}

Task<> race_in_lock(Lock& lock) {
  auto guard = co_await lock.acquire();
  co_await race(acquire(lock), sleep(1s));
}

EDDY_TEST(DeadlocksTest, WhereOneOfSeveralWouldDoNothingIsClaimed) {
  Lock lock;
  auto task = start("task", race_in_lock, std::ref(lock));
  co_await sleep(10ms);
  EXPECT_EQ(found(), Texts());
  co_await task;
}

Task<> race_of(Lock& first, Lock& second) { co_await race(both(first, second), sleep(1s)); }
Task<> gather_in_race_of(Lock& first, Lock& second) {
  co_await race(gather(both(first, second), sleep(1h)), sleep(1s));
}
Task<> shielded_race_of(Lock& first, Lock& second) { co_await race(shield(both(first, second)), sleep(1s)); }

EDDY_TEST(DeadlocksTest, ABranchThatAnotherOneMayEndIsInNone) {
  for (auto* body : {race_of, gather_in_race_of}) {
    Lock left;
    Lock right;
    auto racer = start("racer", body, std::ref(left), std::ref(right));
    auto other = start("other", both, std::ref(right), std::ref(left));
    co_await sleep(10ms);
    EXPECT_EQ(found(), Texts());
    co_await wait(racer, other);
  }
}

EDDY_TEST(DeadlocksTest, ABranchThatIsShieldedFromTheOthersMayBeInOne) {
  Lock left;
  Lock right;
  auto racer = start("racer", shielded_race_of, std::ref(left), std::ref(right));
  auto other = start("other", both, std::ref(right), std::ref(left));
  co_await sleep(10ms);
  EXPECT_EQ(found().size(), 1U);
  co_await end(other);
  co_await wait(racer);
}

EDDY_TEST(DeadlocksTest, AHolderThatGoesOnIsNone) {
  Lock lock;
  Event go;
  auto holder = start("holder", [&]() -> Task<> {
    auto guard = co_await lock.acquire();
    co_await go.wait();
  });
  co_await all_blocked();
  auto waiter = start("waiter", acquire, std::ref(lock));
  co_await all_blocked();
  EXPECT_EQ(found(), Texts());
  go.set();
  co_await wait(holder, waiter);
}

EDDY_TEST(DeadlocksTest, ManyThatWaitForAKnotAreOneDeadlock) {
  Lock left;
  Lock right;
  auto a = start("a", both, std::ref(left), std::ref(right));
  auto b = start("b", both, std::ref(right), std::ref(left));
  co_await sleep(10ms);
  std::vector<TaskHandle<>> others;
  for (int i = 0; i < 1000; ++i) others.push_back(create_task(acquire, std::ref(i % 2 == 0 ? left : right)));
  co_await all_blocked();
  EXPECT_EQ(found().size(), 1U);
  co_await end(a);
  co_await b;
  co_await wait(others);
}

Task<> await_next(std::vector<TaskHandle<>>& tasks, std::size_t self) {
  co_await sleep(1ms);
  co_await tasks[(self + 1) % tasks.size()];
}

EDDY_TEST(DeadlocksTest, ALongCycleIsCutShort) {
  std::vector<TaskHandle<>> tasks(10'000);
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i] = create_task(await_next, std::ref(tasks), i);
  co_await sleep(10ms);
  const Texts texts = found();
  CO_ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0], testing::EndsWith("; and so on, 10000 in all"));
  tasks[0].cancel();
  co_await wait(tasks);
  for (std::size_t i = 1; i < tasks.size(); ++i) EXPECT_TRUE(tasks[i].exception());
}

TEST(DeadlocksTest, TheReportOfATestSaysWhoWaitsForWhom) {
  Lock left;  // they outlive all tasks, which end in any order
  Lock right;
  const auto body = [&]() -> Task<> {
    auto a = start("a", both, std::ref(left), std::ref(right));
    auto b = start("b", both, std::ref(right), std::ref(left));
    co_await wait(a, b);
  };
  try {
    test::run(body);
    FAIL() << "no deadlock";
  } catch (const test::Deadlock& hang) {
    EXPECT_THAT(hang.what(), HasSubstr("\ndeadlock: task 'a' waits for Lock 0x"));
    EXPECT_THAT(hang.what(), HasSubstr("\n  task 'main' waits for wait, 2 of 2 left"));
  }
}

}  // namespace
}  // namespace eddy::debug

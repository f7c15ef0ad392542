// SPDX-License-Identifier: MIT
//
// What each operation says about itself.
#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/race.h"
#include "eddy/combine/scope.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/wait.h"
#include "eddy/core/readiness.h"
#include "eddy/debug/dump_tasks.h"
#include "eddy/debug/task_tree.h"
#include "eddy/io/pipe.h"
#include "eddy/io/process.h"
#include "eddy/io/signal.h"
#include "eddy/io/stream.h"
#include "eddy/net/listener.h"
#include "eddy/net/udp.h"
#include "eddy/sync/barrier.h"
#include "eddy/sync/condition.h"
#include "eddy/sync/event.h"
#include "eddy/sync/queue.h"
#include "eddy/sync/semaphore.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/test.h"
#include "eddy/threads/from_callback.h"
#include "eddy/threads/thread_safe_queue.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using test::all_blocked;

/// What the task of that name does, with "0x" for any address.
std::string doing(const std::string& name) {
  for (const TaskNode& node : task_tree(get_running_loop())) {
    if (node.name == name) return std::regex_replace(node.doing(), std::regex("0x[0-9a-f]+"), "0x");
  }
  return "there is none";
}

template <class F, class... Args>
auto start(std::string name, F&& f, Args&&... args) {
  auto task = create_task(std::forward<F>(f), std::forward<Args>(args)...);
  task.set_name(std::move(name));
  return task;
}

Task<> end(AnyTask task) {
  task.cancel();
  co_await wait(task);
}

/// Starts it, looks when it waits, and cancels it.
template <class F>
Task<std::string> words_of(F f) {
  AnyTask task = start("task", std::ref(f));
  co_await all_blocked();
  std::string words = doing("task");
  co_await end(task);
  co_return words;
}

Task<> hold(Lock& lock, Event& until) {
  auto guard = co_await lock.acquire();
  co_await until.wait();
}
Task<> acquire(Lock& lock) { auto guard = co_await lock.acquire(); }

EDDY_TEST(WaitsForTest, ALockSaysWhoHoldsItAndHowManyComeFirst) {
  Lock lock;
  Event go;
  auto holder = start("holder", hold, std::ref(lock), std::ref(go));
  co_await all_blocked();
  std::vector<TaskHandle<>> others;
  for (int i = 0; i < 150; ++i) {
    others.push_back(start("waiter " + std::to_string(i), acquire, std::ref(lock)));
    co_await all_blocked();
  }
  EXPECT_EQ(doing("waiter 0"), "waits for Lock 0x held by task 'holder'");
  EXPECT_EQ(doing("waiter 1"), "waits for Lock 0x held by task 'holder', 1 waits before it");
  EXPECT_EQ(doing("waiter 2"), "waits for Lock 0x held by task 'holder', 2 wait before it");
  EXPECT_EQ(doing("waiter 149"), "waits for Lock 0x held by task 'holder', 100 or more wait before it");
  go.set();
  co_await wait(others);
}

EDDY_TEST(WaitsForTest, ALockThatIsPassedOnHasItsNextHolderAtOnce) {
  Lock lock;
  current_task().set_name("main");
  auto guard = co_await lock.acquire();
  auto next = start("next", acquire, std::ref(lock));
  co_await all_blocked();
  auto last = start("last", acquire, std::ref(lock));
  co_await all_blocked();
  EXPECT_FALSE(lock.try_acquire());
  EXPECT_EQ(doing("last"), "waits for Lock 0x held by task 'main', 1 waits before it");
  guard.release();
  EXPECT_EQ(doing("next"), "is ready to go on");
  EXPECT_EQ(doing("last"), "waits for Lock 0x held by task 'next'");
  co_await wait(next, last);
}

Task<> keep(LockGuard guard, Event& until) {
  auto mine = std::move(guard);
  co_await until.wait();
}

EDDY_TEST(WaitsForTest, AGuardThatIsHandedToAnotherTaskIsThatTasks) {
  Lock lock;
  Event go;
  auto guard = co_await lock.acquire();
  auto keeper = start("keeper", keep, std::move(guard), std::ref(go));
  co_await all_blocked();
  auto waiter = start("waiter", acquire, std::ref(lock));
  co_await all_blocked();
  EXPECT_EQ(doing("waiter"), "waits for Lock 0x held by task 'keeper'");
  go.set();
  co_await wait(keeper, waiter);
}

Task<> acquire_and_forget(Lock& lock) {
  auto guard = co_await lock.acquire();
  guard.forget();
}

EDDY_TEST(WaitsForTest, AForgottenGuardIsNotBlamedOnWhoeverComesToTheSameAddress) {
  Lock lock;
  Lock other;
  co_await start("forgetful", acquire_and_forget, std::ref(lock));
  auto waiter = start("waiter", acquire, std::ref(lock));
  std::vector<TaskHandle<>> later;  // one of them is where the forgetful one was
  for (int i = 0; i < 50; ++i) later.push_back(create_task(acquire, std::ref(other)));
  auto mine = co_await other.acquire();
  co_await all_blocked();
  EXPECT_EQ(doing("waiter"), "waits for Lock 0x held by a task that has ended");
  lock.release();
  mine.release();
  co_await waiter;
  co_await wait(later);
}

EDDY_TEST(WaitsForTest, ALockThatWasTakenOutsideOfTasksSaysSo) {
  Lock lock;
  std::optional<LockGuard> guard;
  get_running_loop().call_soon([&] { guard = lock.try_acquire(); });
  co_await all_blocked();
  auto waiter = start("waiter", acquire, std::ref(lock));
  co_await all_blocked();
  EXPECT_EQ(doing("waiter"), "waits for Lock 0x held by code outside of tasks");
  guard.reset();
  co_await waiter;
}

EDDY_TEST(WaitsForTest, ASemaphoreNamesNobody) {
  Semaphore limit(2);
  Event go;
  const auto work = [&]() -> Task<> {
    auto permit = co_await limit.acquire();
    co_await go.wait();
  };
  auto first = start("first", std::ref(work));
  co_await all_blocked();
  auto second = start("second", std::ref(work));
  co_await all_blocked();
  auto third = start("third", std::ref(work));
  co_await all_blocked();
  EXPECT_EQ(doing("third"), "waits for Semaphore 0x, 0 free");
  go.set();
  co_await wait(first, second, third);
}

EDDY_TEST(WaitsForTest, Primitives) {
  Event event;
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await event.wait(); }), "waits for Event 0x");
  Barrier barrier(3);
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await barrier.wait(); }), "waits for Barrier 0x, 1 of 3 arrived");
  Queue<int> queue(2);
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await queue.get(); }), "waits for Queue.get 0x, empty");
  const auto put_three = [&]() -> Task<> {
    for (int i = 0; i < 3; ++i) co_await queue.put(i);
  };
  EXPECT_EQ(co_await words_of(put_three), "waits for Queue.put 0x, full: 2 of 2");
  Condition condition;
  const auto wait_for_it = [&]() -> Task<> {
    auto guard = co_await condition.acquire();
    co_await condition.wait(guard);
  };
  EXPECT_EQ(co_await words_of(wait_for_it), "waits for Condition 0x");
}

EDDY_TEST(WaitsForTest, AConditionThatWasNotifiedWaitsForItsLock) {
  Condition condition;
  const auto wait_for_it = [&]() -> Task<> {
    auto guard = co_await condition.acquire();
    co_await condition.wait(guard);
  };
  auto waiter = start("waiter", std::ref(wait_for_it));
  co_await all_blocked();
  current_task().set_name("notifier");
  auto guard = co_await condition.acquire();
  condition.notify_one();
  EXPECT_EQ(doing("waiter"), "waits for Lock 0x held by task 'notifier', notified by a Condition");
  guard.release();
  co_await waiter;
}

EDDY_TEST(WaitsForTest, Time) {
  EXPECT_EQ(co_await words_of([]() -> Task<> { co_await sleep(90s); }), "waits for Sleep, 1 min 30 s left");
  EXPECT_EQ(co_await words_of([]() -> Task<> { co_await sleep_until(now() + 1500ms); }), "waits for Sleep, 1.5 s left");
  auto napping = start("napping", sleep(10s));
  co_await all_blocked();
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await wait(napping, 5s); }),
            "waits for wait, 1 of 1 left, 5.0 s left");
  co_await sleep(4s);
  EXPECT_EQ(doing("napping"), "waits for Sleep, 6.0 s left");
  co_await end(napping);
}

Task<int> slow() {
  co_await sleep(10s);
  co_return 1;
}

EDDY_TEST(WaitsForTest, OtherTasks) {
  auto napping = start("napping", sleep(10s));
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await napping; }), "waits for task 'napping'");
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await race(sleep(1h), sleep(2h)); }), "waits for race, 2 left");
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await first_success(sleep(1h), sleep(2h)); }),
            "waits for first_success, 2 left");
  const auto complete = []() -> Task<> {
    std::vector<Task<int>> tasks;
    tasks.push_back(slow());
    tasks.push_back(slow());
    auto results = as_completed(std::move(tasks));
    co_await results.next();
  };
  EXPECT_EQ(co_await words_of(complete), "waits for as_completed, 2 left");
  Scope scope;
  auto child = scope.create_task(slow);
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await scope.join(); }), "waits for Scope.join 0x, 1 left");
  co_await scope.close();
  co_await end(napping);
}

EDDY_TEST(WaitsForTest, Descriptors, test::Options{}.real_time(true)) {
  int ends[2];
  CO_ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await readable(ends[0]); }),
            "waits for readable fd " + std::to_string(ends[0]));
  ::close(ends[0]);
  ::close(ends[1]);
  auto pair = socket_stream_pair();
  EXPECT_THAT(co_await words_of([&]() -> Task<> { co_await pair.first.read_exactly(4); }),
              testing::StartsWith("waits for read_exactly() from "));
  auto listener = Listener::listen(Address::ip("127.0.0.1", 0));
  EXPECT_THAT(co_await words_of([&]() -> Task<> { (void)co_await listener.accept(); }),
              testing::StartsWith("waits for accept() at 127.0.0.1:"));
  auto udp = co_await UdpSocket::bind("127.0.0.1", 0);
  EXPECT_THAT(co_await words_of([&]() -> Task<> { co_await udp.receive(); }),
              testing::MatchesRegex("waits for receive.. at UDP 127.0.0.1:[0-9]+, fd [0-9]+"));
}

EDDY_TEST(WaitsForTest, SignalsAndProcesses, test::Options{}.real_time(true)) {
  Signals signals(SIGHUP, SIGUSR2);
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await signals.next(); }), "waits for signal 1 or 12");
  auto process = co_await create_subprocess_exec("sleep", "100");
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await process.wait(); }),
            "waits for process " + std::to_string(process.pid()));
  process.kill();
  co_await process.wait();
}

EDDY_TEST(WaitsForTest, Threads, test::Options{}.real_time(true)) {
  std::atomic<bool> release{false};
  const auto block = [&] {
    while (!release.load()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  auto call = start("call", [&]() -> Task<> { co_await to_thread(block); });
  co_await sleep(1ms);
  EXPECT_EQ(doing("call"), "waits for a call in a thread");
  release = true;
  co_await call;
  ThreadSafeQueue<int> queue;
  EXPECT_EQ(co_await words_of([&]() -> Task<> { co_await queue.get(); }), "waits for ThreadSafeQueue.get 0x");
}

}  // namespace
}  // namespace eddy::debug

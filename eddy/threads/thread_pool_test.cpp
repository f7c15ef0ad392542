// SPDX-License-Identifier: MIT
#include "eddy/threads/thread_pool.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::ThreadPool;
using eddy::ThreadPoolOptions;

std::string name_of_this_thread() {
  char name[16];
  ::pthread_getname_np(::pthread_self(), name, sizeof name);
  return name;
}

/// Occupies a pool's thread until it is let go.
struct Blocker {
  ~Blocker() { let_go(); }
  void operator()() {
    running = true;
    gate.wait();
  }
  void let_go() {
    if (!std::exchange(gone, true)) gate.count_down();
  }
  Task<> started() {
    while (!running) co_await eddy::to_thread([] { std::this_thread::sleep_for(100us); });
  }
  std::atomic<bool> running = false;
  std::latch gate{1};
  bool gone = false;
};

EDDY_TEST(ThreadPool, RunsFunctionsOnNamedThreads) {
  ThreadPool pool{ThreadPoolOptions{}.threads(2).name("workers")};
  EXPECT_EQ(co_await pool.run(name_of_this_thread), "workers");
  EXPECT_EQ(pool.name(), "workers");
  EXPECT_EQ(pool.threads_max(), 2u);
}

EDDY_TEST(ThreadPool, RunsAsManyAtOnceAsItHasThreads) {
  ThreadPool pool{3};
  std::latch all{3};
  std::vector<eddy::TaskHandle<>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(create_task(pool.run([&] { all.arrive_and_wait(); })));
  for (auto& task : tasks) co_await task;
}

EDDY_TEST(ThreadPool, QueuedFirstRunsFirst, eddy::test::Options{}.seed(0).shuffle(false)) {
  ThreadPool pool{1};
  Blocker block;
  auto blocker = create_task(pool.run(std::ref(block)));
  co_await block.started();
  std::vector<int> order;
  std::vector<eddy::TaskHandle<>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(create_task(pool.run([&order, i] { order.push_back(i); })));
  co_await eddy::test::all_blocked();
  block.let_go();
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
  co_await blocker;
}

EDDY_TEST(ThreadPool, AFullQueueMakesRunWaitOnTheLoop) {
  ThreadPool pool{ThreadPoolOptions{}.threads(1).queue(2)};
  Blocker block;
  auto blocker = create_task(pool.run(std::ref(block)));
  co_await block.started();
  int ran = 0;
  std::vector<eddy::TaskHandle<>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(create_task(pool.run([&] { ++ran; })));
  co_await eddy::test::all_blocked();
  EXPECT_EQ(pool.queued(), 2u);
  EXPECT_EQ(pool.waiting(), 3u);
  EXPECT_EQ(pool.running(), 1u);
  block.let_go();
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(ran, 5);
  co_await blocker;
}

EDDY_TEST(ThreadPool, DrainWaitsUntilNothingIsLeft) {
  ThreadPool pool{2};
  std::atomic<int> ran = 0;
  std::vector<eddy::TaskHandle<>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(create_task(pool.run([&] { ++ran; })));
  co_await eddy::test::all_blocked();
  co_await pool.drain();
  EXPECT_EQ(ran, 50);
  EXPECT_EQ(co_await pool.run([] { return 1; }), 1);
  for (auto& task : tasks) co_await task;
}

EDDY_TEST(ThreadPool, ACloseLetsEverythingFinishAndRefusesWhatComesLater) {
  ThreadPool pool{ThreadPoolOptions{}.threads(2).name("p")};
  std::atomic<int> ran = 0;
  std::vector<eddy::TaskHandle<>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(create_task(pool.run([&] { ++ran; })));
  co_await eddy::test::all_blocked();
  co_await pool.aclose();
  EXPECT_EQ(ran, 50);
  EXPECT_FALSE(pool.is_open());
  for (auto& task : tasks) co_await task;
  try {
    co_await pool.run([] {});
    ADD_FAILURE() << "a closed pool ran something";
  } catch (const eddy::PoolShutDown& e) {
    EXPECT_NE(std::string(e.what()).find("thread pool 'p' was shut down"), std::string::npos);
  }
  co_await pool.aclose();
}

EDDY_TEST(ThreadPool, WithClosesIt) {
  std::atomic<int> ran = 0;
  co_await eddy::with(ThreadPool(2), [&](ThreadPool& pool) -> Task<> {
    for (int i = 0; i < 10; ++i) co_await pool.run([&] { ++ran; });
  });
  EXPECT_EQ(ran, 10);
}

EDDY_TEST(ThreadPool, ACancelledCloseStopsWaitingAndTheRestIsShutDown) {
  ThreadPool pool{1};
  Blocker block;
  auto blocker = create_task(pool.run(std::ref(block)));
  co_await block.started();
  auto queued = create_task(pool.run([] {}));
  co_await eddy::test::all_blocked();
  EXPECT_THROW(co_await eddy::wait_for(pool.aclose(), 1ms), eddy::TimeoutError);
  auto report = pool.shutdown_now(1ms);
  EXPECT_EQ(report.discarded(), 1u);
  CO_ASSERT_EQ(report.left_running().size(), 1u);
  EXPECT_NE(report.message().find("1 function(s) never ran; 1 still run: a function awaited"), std::string::npos)
      << report.message();
  EXPECT_THROW(co_await queued, eddy::PoolShutDown);
  block.let_go();
  co_await blocker;  // left behind by the pool, not by its awaiter
}

EDDY_TEST(ThreadPool, TheReportNamesThePlaceOfTheAwait) {
  ThreadPool pool{1};
  Blocker block;
  auto blocker = create_task([&]() -> Task<> { co_await pool.run(std::ref(block)); });
  co_await block.started();
  auto report = pool.shutdown_now();
  CO_ASSERT_EQ(report.left_running().size(), 1u);
  EXPECT_NE(report.left_running()[0].find("thread_pool_test.cpp:"), std::string::npos) << report.message();
  block.let_go();
  co_await blocker;
}

EDDY_TEST(ThreadPool, ShutDownTellsFunctionsThatTakeATokenToStop) {
  ThreadPool pool{1};
  auto task = create_task(pool.run([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(100us);
    return 5;
  }));
  while (pool.running() == 0) co_await eddy::to_thread([] {});
  auto report = pool.shutdown_now(10s);
  EXPECT_FALSE(report);
  EXPECT_EQ(co_await task, 5);
}

EDDY_TEST(ThreadPool, DestroyingItRefusesWhatIsQueuedAndWaitsForWhatRuns) {
  std::optional<ThreadPool> pool(std::in_place, 1);
  Blocker block;
  std::atomic<bool> ended = false;
  auto running = create_task(pool->run([&] {
    block();
    ended = true;
  }));
  co_await block.started();
  auto queued = create_task(pool->run([] {}));
  co_await eddy::test::all_blocked();
  std::thread releaser([&] {
    std::this_thread::sleep_for(5ms);
    block.let_go();
  });
  pool.reset();
  EXPECT_TRUE(ended);
  releaser.join();
  EXPECT_THROW(co_await queued, eddy::PoolShutDown);
  co_await running;
}

EDDY_TEST(ThreadPool, AnAwaitableMayOutliveItsPool) {
  std::optional<ThreadPool> pool(std::in_place, 1);
  auto late = pool->run([] { return 1; });
  pool.reset();
  EXPECT_THROW(co_await late, eddy::PoolShutDown);
}

EDDY_TEST(ThreadPool, RefusesToHaveNoThreads) {
  EXPECT_THROW(ThreadPool(0), eddy::RuntimeError);
  EXPECT_THROW(ThreadPool(-1), eddy::RuntimeError);
  ThreadPool as_many_as_cores;
  EXPECT_GE(as_many_as_cores.threads_max(), 1u);
  co_return;
}

EDDY_TEST(ThreadPool, MovesAndSaysSoWhenMovedFrom) {
  ThreadPool a{1};
  ThreadPool b = std::move(a);
  EXPECT_EQ(co_await b.run([] { return 2; }), 2);
  EXPECT_THROW((void)a.queued(), eddy::RuntimeError);  // NOLINT(bugprone-use-after-move)
  a = std::move(b);
  EXPECT_EQ(co_await a.run([] { return 3; }), 3);
}

EDDY_TEST(ThreadPool, RunInExecutorStartsNow) {
  ThreadPool pool{1};
  auto handle = eddy::get_running_loop().run_in_executor(pool, [](int a, int b) { return a + b; }, 1, 2);
  EXPECT_EQ(co_await handle, 3);
}

TEST(ThreadPoolTest, SeveralLoopsUseOnePool) {
  ThreadPool pool{2};
  std::vector<std::thread> threads;
  std::atomic<int> sum = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      eddy::run(
          [&]() -> Task<> {
            for (int i = 0; i < 200; ++i) sum += co_await pool.run([] { return 1; });
          },
          eddy::RunOptions().handle_signals(false));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 800);
}

TEST(ThreadPoolTest, AnAbandonedFunctionHoldsUpNeitherItsLoopNorItsPool) {
  struct Shared {
    std::atomic<bool> running = false, let_go = false;
  };
  auto shared = std::make_shared<Shared>();
  auto block = [](std::shared_ptr<Shared> s) {
    s->running = true;
    while (!s->let_go) std::this_thread::sleep_for(100us);
  };
  {
    ThreadPool pool{1};
    eddy::run([&]() -> Task<> {
      create_task(eddy::to_thread(eddy::abandon_on_cancel, block, shared));
      while (!shared->running) co_await eddy::sleep(100us);
      shared->running = false;
      create_task(pool.run(eddy::abandon_on_cancel, block, shared));
      while (!shared->running) co_await eddy::sleep(100us);
    });
  }
  shared->let_go = true;
  while (shared.use_count() > 1) std::this_thread::yield();
}

TEST(ThreadPoolTest, ALoopThatClosesWaitsForWhatRunsAndDropsWhatIsQueued) {
  ThreadPool pool{1};
  std::atomic<bool> ended = false, ran = false;
  Blocker block;
  eddy::Loop loop;
  loop.run_until_complete([&]() -> Task<> {
    create_task(pool.run([&] {
      block();
      ended = true;
    }));
    create_task(pool.run([&] { ran = true; }));
    co_await eddy::checkpoint();
    while (!block.running) std::this_thread::yield();
  }());
  std::thread releaser([&] {
    while (pool.queued() > 0) std::this_thread::yield();  // until the close has taken it out
    block.let_go();
  });
  loop.close();
  releaser.join();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(ran);
  EXPECT_EQ(pool.queued(), 0u);
}

}  // namespace

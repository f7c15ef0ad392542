// SPDX-License-Identifier: MIT
//
// Cancelling a function in a pool: before it starts, while it is queued, while it runs, and when it has returned.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <latch>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/threads/thread_pool.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::ThreadPool;
using eddy::to_thread;

/// Lets go when told, or when it dies.
class Gate {
 public:
  ~Gate() { open(); }
  void open() {
    if (!std::exchange(opened_, true)) latch_.count_down();
  }
  void wait() { latch_.wait(); }

 private:
  std::latch latch_{1};
  bool opened_ = false;
};

Task<> until(std::function<bool()> come) {
  while (!come()) {
    co_await to_thread([] { std::this_thread::sleep_for(100us); });
  }
}

EDDY_TEST(PoolCancel, BeforeItStartsItNeverRuns) {
  ThreadPool pool{1};
  bool ran = false;
  auto task = create_task([&]() -> Task<> { co_await pool.run([&] { ran = true; }); });
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  co_await pool.drain();
  EXPECT_FALSE(ran);
}

EDDY_TEST(PoolCancel, InACancelledScopeItNeverRuns) {
  ThreadPool pool{1};
  bool ran = false;
  auto task = create_task([&]() -> Task<> {
    eddy::current_task().cancel();
    co_await pool.run([&] { ran = true; });
  });
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_FALSE(ran);
}

EDDY_TEST(PoolCancel, WhileQueuedItLeavesTheQueueAtOnce) {
  ThreadPool pool{1};
  Gate gate;
  std::atomic<bool> running = false;
  bool ran = false;
  auto first = create_task([&]() -> Task<> {
    co_await pool.run([&] {
      running = true;
      gate.wait();
    });
  });
  co_await until([&] { return running.load(); });
  auto second = create_task(pool.run([&] { ran = true; }));
  co_await eddy::test::all_blocked();
  EXPECT_EQ(pool.queued(), 1u);
  second.cancel();
  EXPECT_THROW(co_await second, eddy::TaskCancelled);
  EXPECT_EQ(pool.queued(), 0u);
  gate.open();
  co_await first;
  co_await pool.drain();
  EXPECT_FALSE(ran);
}

EDDY_TEST(PoolCancel, WhileItRunsItIsWaitedForAndItsValueDropped) {
  ThreadPool pool{1};
  auto value = std::make_shared<int>(1);
  std::weak_ptr<int> watch = value;
  std::atomic<bool> running = false, ended = false;
  Gate gate;
  auto task = create_task(pool.run(
      [&](std::shared_ptr<int> v) {
        running = true;
        gate.wait();
        ended = true;
        return v;
      },
      std::move(value)));
  co_await until([&] { return running.load(); });
  task.cancel();
  co_await eddy::test::all_blocked();
  EXPECT_FALSE(task.done());
  gate.open();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(watch.expired());
}

EDDY_TEST(PoolCancel, AnErrorWinsOverTheCancellation) {
  ThreadPool pool{1};
  std::atomic<bool> running = false;
  Gate gate;
  auto task = create_task(pool.run([&] {
    running = true;
    gate.wait();
    throw std::domain_error("too late");
  }));
  co_await until([&] { return running.load(); });
  task.cancel();
  gate.open();
  EXPECT_THROW(co_await task, std::domain_error);
}

EDDY_TEST(PoolCancel, WhenItHasReturnedItsValueIsDelivered) {
  ThreadPool pool{1};
  Gate gate;
  int got = 0;
  bool went_on = false;
  auto task = create_task([&]() -> Task<> {
    got = co_await pool.run([&] {
      gate.wait();
      return 7;
    });
    co_await eddy::checkpoint();
    went_on = true;
  });
  co_await eddy::test::all_blocked();
  gate.open();
  while (pool.running() + pool.queued() > 0) std::this_thread::yield();  // blocks the loop: the result is in its inbox
  std::this_thread::sleep_for(2ms);
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(got, 7);
  EXPECT_FALSE(went_on);
}

int spin_until_stopped(std::stop_token stop, int result) {
  while (!stop.stop_requested()) std::this_thread::sleep_for(100us);
  return result;
}

EDDY_TEST(PoolCancel, AFunctionThatTakesAStopTokenIsToldToStop) {
  ThreadPool pool{1};
  auto task = create_task(pool.run(spin_until_stopped, 3));
  co_await until([&] { return pool.running() == 1; });
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  auto quick = co_await to_thread([](std::stop_token stop) { return stop.stop_requested(); });
  EXPECT_FALSE(quick);
}

EDDY_TEST(PoolCancel, AnAbandonedFunctionGoesOnAloneWithItsArguments) {
  ThreadPool pool{1};
  struct Shared {
    std::atomic<bool> running = false, ended = false;
    std::atomic<bool> let_go = false;
  };
  auto shared = std::make_shared<Shared>();
  auto block = [](std::shared_ptr<Shared> s) {
    s->running = true;
    while (!s->let_go) std::this_thread::sleep_for(100us);
    s->ended = true;
    return 1;
  };
  auto task = create_task(pool.run(eddy::abandon_on_cancel, block, shared));
  co_await until([&] { return shared->running.load(); });
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_FALSE(shared->ended);
  EXPECT_EQ(pool.abandoned(), 1u);
  EXPECT_EQ(co_await pool.run([] { return 2; }), 2) << "another thread takes the place of the one that is stuck";
  shared->let_go = true;
  co_await until([&] { return shared->ended.load() && shared.use_count() == 1; });
  EXPECT_EQ(co_await pool.run(eddy::abandon_on_cancel, [] { return 4; }), 4);
  EXPECT_THROW(co_await pool.run(eddy::abandon_on_cancel, []() -> int { throw std::domain_error("x"); }),
               std::domain_error);
}

EDDY_TEST(PoolCancel, AStopCallbackOfAnAbandonedFunctionMayCancelTheTaskAgain) {
  ThreadPool pool{1};
  Gate gate;
  std::latch registered{1};
  eddy::TaskHandle<void> task;
  bool asked = false;
  task = create_task(pool.run(eddy::abandon_on_cancel, [&](std::stop_token stop) {
    std::stop_callback on_stop(stop, [&] {
      task.cancel();
      asked = true;
    });
    registered.count_down();
    gate.wait();
  }));
  co_await until([&] { return registered.try_wait(); });
  task.cancel();
  EXPECT_FALSE(asked) << "a cancel in progress runs no code of users";
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_TRUE(asked);
  gate.open();
  co_await pool.aclose();
  co_await until([&] { return pool.abandoned() == 0; });
}

EDDY_TEST(PoolCancel, AbandonedThreadsThatHaveEndedAreReplacedNotCollected) {
  auto mappings = [] {
    std::ifstream maps("/proc/self/maps");
    return std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
  };
  ThreadPool pool{1};
  auto abandon_one = [&]() -> Task<> {
    Gate gate;
    std::latch begun{1};
    auto task = create_task(pool.run(eddy::abandon_on_cancel, [&] {
      begun.count_down();
      gate.wait();
    }));
    co_await until([&] { return begun.try_wait(); });
    task.cancel();
    EXPECT_THROW(co_await task, eddy::TaskCancelled);
    EXPECT_EQ(pool.abandoned(), 1u);
    co_await pool.run([] {});
    gate.open();
    co_await until([&] { return pool.abandoned() == 0; });
  };
  for (int i = 0; i < 10; ++i) co_await abandon_one();
  const auto before = mappings();
  for (int i = 0; i < 100; ++i) co_await abandon_one();
  EXPECT_LT(mappings(), before + 50) << "two mappings for each thread that nobody joined";
}

EDDY_TEST(PoolCancel, AnAbandonableFunctionThatIsQueuedNeverRuns) {
  ThreadPool pool{1};
  Gate gate;
  bool ran = false;
  auto first = create_task(pool.run([&] { gate.wait(); }));
  co_await until([&] { return pool.running() == 1; });
  auto second = create_task(pool.run(eddy::abandon_on_cancel, [&] { ran = true; }));
  co_await eddy::test::all_blocked();
  second.cancel();
  EXPECT_THROW(co_await second, eddy::TaskCancelled);
  gate.open();
  co_await first;
  EXPECT_FALSE(ran);
}

}  // namespace

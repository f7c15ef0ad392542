// SPDX-License-Identifier: MIT
#include "eddy/threads/runtime.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <atomic>
#include <chrono>

#include <csignal>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "eddy/base/sanitizers.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/threads/run_coroutine_threadsafe.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::Runtime;
using eddy::Task;

Task<> forever() { co_await eddy::sleep(24h); }

TEST(RuntimeTest, RunsEachTaskOnTheLoopItWasGivenTo) {
  Runtime rt{3};
  EXPECT_EQ(rt.size(), 3u);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<eddy::Loop*> loops;
  auto note = [&](int repeat) -> Task<> {
    for (int i = 0; i < repeat; ++i) co_await eddy::checkpoint();
    std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    loops.insert(&eddy::get_running_loop());
  };
  for (std::size_t i = 0; i < 3; ++i) rt.spawn_on(i, note, 5);
  rt.run();
  EXPECT_EQ(threads.size(), 3u);
  EXPECT_EQ(loops, (std::set<eddy::Loop*>{&rt.loop(0), &rt.loop(1), &rt.loop(2)}));
  rt.run();  // nothing is left: returns at once
}

TEST(RuntimeTest, TasksMayStartOthersAndAskOtherLoops) {
  Runtime rt{2};
  std::atomic<int> sum = 0;
  auto leaf = [&](int n) -> Task<> {
    sum += n;
    co_return;
  };
  rt.spawn_on(0, [&]() -> Task<> {
    for (int i = 1; i <= 4; ++i) rt.spawn_on(1, leaf, i);
    co_return;
  });
  rt.run();
  EXPECT_EQ(sum, 10);
}

TEST(RuntimeTest, TheFirstErrorStopsTheOthersAndComesOut) {
  Runtime rt{2};
  std::atomic<bool> started = false, cancelled = false;
  rt.spawn_on(0, [&]() -> Task<> {
    started = true;
    auto r = co_await eddy::outcome(forever());
    cancelled = r.cancelled();
  });
  rt.spawn_on(1, [&]() -> Task<> {
    while (!started) co_await eddy::sleep(100us);
    throw std::domain_error("loop 1 failed");
  });
  EXPECT_THROW(rt.run(), std::domain_error);
  EXPECT_TRUE(cancelled);
  EXPECT_THROW(rt.spawn_on(0, forever), eddy::RuntimeError);
}

TEST(RuntimeTest, StopEndsItFromAnywhere) {
  Runtime rt{2};
  rt.spawn_on(0, forever);
  rt.spawn_on(1, forever);
  rt.spawn_on(1, [&]() -> Task<> {
    co_await eddy::sleep(1ms);
    rt.stop();
  });
  rt.run();
}

TEST(RuntimeTest, DestroyedItEndsWhatRuns) {
  std::atomic<bool> cancelled = false;
  {
    Runtime rt{2};
    std::atomic<bool> started = false;
    rt.spawn_on(1, [&]() -> Task<> {
      started = true;
      auto r = co_await eddy::outcome(forever());
      cancelled = r.cancelled();
    });
    while (!started) std::this_thread::yield();
  }
  EXPECT_TRUE(cancelled);
}

TEST(RuntimeTest, ATaskForALoopThatWasStoppedIsAnErrorNotAHang) {
  Runtime rt{2};
  std::atomic<bool> closing = false;
  rt.spawn_on(0, [&]() -> Task<> {
    eddy::get_running_loop().stop();
    closing = true;
    co_await forever();
  });
  while (!closing) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) {  // some of them before it has closed
    try {
      rt.spawn_on(0, forever);
    } catch (const eddy::RuntimeError&) {
      break;
    }
    std::this_thread::sleep_for(100us);
  }
  try {
    rt.run();
    FAIL();
  } catch (const eddy::RuntimeError& e) {
    EXPECT_STREQ(e.what(), "the event loop was closed before the task could start on it");
  }
}

TEST(RuntimeTest, OnlyOneThreadWaitsForTheEnd) {
  Runtime rt{1};
  rt.spawn_on(0, forever);
  std::atomic<int> refused = 0;
  auto wait = [&] {
    try {
      rt.run();
    } catch (const eddy::RuntimeError&) {
      ++refused;
      rt.stop();  // so that the other comes back
    }
  };
  std::thread one(wait);
  std::thread two(wait);
  one.join();
  two.join();
  EXPECT_EQ(refused, 1);
}

TEST(RuntimeTest, ThereIsNoSuchLoop) {
  Runtime rt{1};
  try {
    rt.spawn_on(2, forever);
    FAIL();
  } catch (const eddy::RuntimeError& e) {
    EXPECT_STREQ(e.what(), "Runtime: there is no loop 2, only 0 to 0");
  }
}

// TSan runs a handler at the next call that it intercepts, and a loop that sleeps in a ring makes none.
constexpr bool kSignalsAreLate = eddy::detail::kThreadSanitizer;

TEST(RuntimeDeathTest, CtrlCCleansUpAndThenTheProcessDiesOfIt) {
  if (kSignalsAreLate) GTEST_SKIP() << "ThreadSanitizer delays signals";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Runtime rt{2};
        std::atomic<bool> started = false;
        rt.spawn_on(1, [&]() -> Task<> {
          started = true;
          auto r = co_await eddy::outcome(forever());
          if (r.cancelled()) std::fputs("cleaned up", stderr);
        });
        std::thread killer([&] {
          while (!started) std::this_thread::yield();
          std::this_thread::sleep_for(20ms);  // for run() to be waiting
          ::kill(::getpid(), SIGINT);
        });
        killer.detach();
        rt.run();
      },
      ::testing::KilledBySignal(SIGINT), "cleaned up");
}

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/threads/run_coroutine_threadsafe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/combine/outcome.h"
#include "eddy/core/any_task.h"
#include "eddy/core/context_var.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/core/running.h"
#include "eddy/sync/event.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::LoopThread;
using eddy::Task;

Task<int> number(int n) {
  co_await eddy::checkpoint();
  co_return n;
}
Task<> fail() {
  co_await eddy::checkpoint();
  throw std::domain_error("failed over there");
}
Task<> forever() { co_await eddy::sleep(24h); }

TEST(RunCoroutineThreadsafeTest, GivesAStdFuture) {
  LoopThread background;
  std::future<int> f = eddy::run_coroutine_threadsafe(number(7), background.loop());
  EXPECT_EQ(f.get(), 7);
}

TEST(RunCoroutineThreadsafeTest, ItsOwnFutureGivesResultsErrorsAndReferences) {
  LoopThread background;
  EXPECT_EQ(background.run(number(1)).get(), 1);
  EXPECT_THROW(background.run(fail()).get(), std::domain_error);
  background.run(eddy::sleep(1ms)).get();
  static int there = 4;
  int& same = background.run([]() -> Task<int&> { co_return there; }).get();
  EXPECT_EQ(&same, &there);
  auto pointer = background.run([](std::unique_ptr<int> p) -> Task<std::unique_ptr<int>> { co_return p; },
                                std::make_unique<int>(9));
  EXPECT_EQ(*pointer.get(), 9);
}

/// Moved out of a task that has just ended, it gives that task a name.
struct NamesItsTask {
  explicit NamesItsTask(int n) : number(n) {}
  NamesItsTask(NamesItsTask&& other) noexcept : number(other.number) {
    const bool in_a_task = eddy::detail::running.strand != nullptr;
    if (in_a_task && eddy::current_task().done()) eddy::current_task().set_name("ended");
  }
  int number;
};

TEST(RunCoroutineThreadsafeTest, AResultMayTouchItsTaskWhileItIsMovedOut) {
  LoopThread background;
  for (int i = 0; i != 10; ++i) {
    auto future = background.run([](int n) -> Task<NamesItsTask> { co_return NamesItsTask(n); }, i);
    EXPECT_EQ(future.get().number, i);
  }
}

TEST(RunCoroutineThreadsafeTest, RunsThereWithTheCallersContext) {
  static eddy::ContextVar<std::string> name{"-"};
  name.set("caller");
  LoopThread background;
  auto seen = background.run([]() -> Task<std::string> { co_return name.get(); });
  EXPECT_EQ(seen.get(), "caller");
  auto there = background.run([]() -> Task<std::thread::id> { co_return std::this_thread::get_id(); });
  EXPECT_NE(there.get(), std::this_thread::get_id());
}

TEST(RunCoroutineThreadsafeTest, SpawnOnKeepsArguments) {
  LoopThread background;
  auto length = eddy::spawn_on(
      background.loop(), [](const std::string& text) -> Task<std::size_t> { co_return text.size(); }, "four");
  EXPECT_EQ(length.get(), 4u);
}

TEST(RunCoroutineThreadsafeTest, CancelledWhileItRuns) {
  LoopThread background;
  std::atomic<bool> started = false, cleaned = false;
  auto f = background.run([&]() -> Task<> {
    struct Guard {
      std::atomic<bool>& flag;
      ~Guard() { flag = true; }
    } guard{cleaned};
    started = true;
    co_await eddy::sleep(24h);
  });
  while (!started) std::this_thread::yield();
  EXPECT_EQ(f.wait_for(1ms), std::future_status::timeout);
  EXPECT_TRUE(f.cancel("not needed any more"));
  EXPECT_FALSE(f.cancel());
  try {
    f.get();
    FAIL();
  } catch (const eddy::TaskCancelled& e) {
    EXPECT_NE(std::string(e.what()).find("not needed any more"), std::string::npos);
  }
  EXPECT_TRUE(cleaned);
  EXPECT_FALSE(f.cancel());
}

TEST(RunCoroutineThreadsafeTest, CancelledBeforeItStartsNeverRuns) {
  eddy::Loop loop;
  bool ran = false;
  auto f = eddy::spawn_on(loop, [&]() -> Task<> {
    ran = true;
    co_return;
  });
  f.cancel();
  loop.run_until_complete(eddy::sleep(1ms));
  EXPECT_THROW(f.get(), eddy::TaskCancelled);
  EXPECT_FALSE(ran);
}

TEST(RunCoroutineThreadsafeTest, ALoopThatClosesFirstSaysSo) {
  std::optional<eddy::Loop> loop(std::in_place);
  auto never = eddy::run_coroutine_threadsafe(number(1), *loop);
  auto cancelled = eddy::run_coroutine_threadsafe(number(1), *loop);
  cancelled.cancel();
  loop.reset();
  EXPECT_THROW(never.get(), eddy::RuntimeError);
  EXPECT_THROW(cancelled.get(), eddy::RuntimeError);
  EXPECT_FALSE(never.cancel());
}

TEST(RunCoroutineThreadsafeTest, WaitingOnItsOwnLoopThrowsInsteadOfHanging) {
  eddy::run([]() -> Task<> {
    auto f = eddy::run_coroutine_threadsafe(number(1), eddy::get_running_loop());
    EXPECT_THROW(f.get(), eddy::RuntimeError);
    while (!f.done()) co_await eddy::sleep(100us);
    EXPECT_EQ(f.get(), 1);
  });
}

TEST(RunCoroutineThreadsafeTest, AnErrorThatNobodyWantsGoesToTheLoopsHandler) {
  std::string seen;
  eddy::Loop loop;
  loop.set_exception_handler([&](eddy::Loop&, const eddy::ErrorContext& context) { seen = context.message; });
  {
    auto dropped = eddy::run_coroutine_threadsafe(fail(), loop);
  }
  loop.run_until_complete(eddy::sleep(2ms));
  EXPECT_NE(seen.find("was never retrieved"), std::string::npos);
}

TEST(RunCoroutineThreadsafeTest, ACancelledTaskThatNobodyWantsIsNoNews) {
  LoopThread background;
  testing::internal::CaptureStderr();
  {
    auto dropped = background.run(forever());
    dropped.cancel();
    dropped.wait();
  }
  {
    auto failed = background.run(fail());
    failed.wait();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("TaskCancelled"), std::string::npos);
}

TEST(RunCoroutineThreadsafeTest, AnErrorIsHeardOfWheneverTheFutureIsDropped) {
  std::atomic<int> heard = 0;
  constexpr int kRounds = 200;
  testing::internal::CaptureStderr();
  {
    LoopThread background;
    background
        .run([&]() -> Task<> {
          eddy::get_running_loop().set_exception_handler([&](eddy::Loop&, const eddy::ErrorContext&) { ++heard; });
          co_return;
        })
        .get();
    for (int i = 0; i < kRounds; ++i) {
      auto dropped = background.run(fail());
      for (int spin = 0; spin < i * 20; ++spin) std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    background.run(eddy::sleep(1ms)).get();
  }
  std::string printed = testing::internal::GetCapturedStderr();
  for (std::size_t at = 0; (at = printed.find("was never retrieved", at)) != std::string::npos; ++at) ++heard;
  EXPECT_EQ(heard, kRounds);
}

TEST(LoopThreadTest, WhatIsRunAfterItsEndEndsInAnError) {
  LoopThread background;
  background.stop();
  EXPECT_THROW(background.run(number(1)).get(), eddy::RuntimeError);
  auto spawned = eddy::spawn_on(background.loop(), forever);
  EXPECT_FALSE(spawned.cancel());
  EXPECT_THROW(spawned.get(), eddy::RuntimeError);
  EXPECT_THROW(background.loop().call_soon_threadsafe([] {}), eddy::RuntimeError);
}

TEST(LoopThreadTest, WhatIsRunWhileItEndsEndsToo) {
  for (int i = 0; i < 200; ++i) {
    LoopThread background;
    std::thread stopper([&] { background.stop(); });
    for (int k = 0; k < 20; ++k) {
      try {
        EXPECT_EQ(background.run(number(k)).get(), k);
      } catch (const eddy::RuntimeError&) {
      } catch (const eddy::TaskCancelled&) {
      }
    }
    stopper.join();
  }
}

TEST(LoopThreadTest, SeveralThreadsMayStopItAndItsTasksMayStopTheLoop) {
  LoopThread background;
  background
      .run([]() -> Task<> {
        eddy::get_running_loop().stop();
        co_return;
      })
      .wait();
  std::thread one([&] { background.stop(); });
  std::thread two([&] { background.stop(); });
  one.join();
  two.join();
  EXPECT_THROW(background.run(number(1)).get(), eddy::RuntimeError);
}

TEST(LoopThreadTest, EndsItsTasksAndTheirCleanup) {
  std::atomic<int> cleaned = 0;
  std::vector<eddy::ThreadFuture<void>> futures;
  {
    LoopThread background{"worker-loop"};
    for (int i = 0; i < 10; ++i) {
      futures.push_back(background.run([&]() -> Task<> {
        auto r = co_await eddy::outcome(forever());
        if (r.cancelled()) ++cleaned;
      }));
    }
    background.run(eddy::sleep(1ms)).get();
  }
  EXPECT_EQ(cleaned, 10);
  for (auto& f : futures) EXPECT_NO_THROW(f.wait());
}

TEST(LoopThreadTest, StoppedAtOnceItStillEndsEverything) {
  for (int i = 0; i < 50; ++i) {
    std::optional<LoopThread> background(std::in_place);
    auto f = background->run(forever());
    background.reset();
    EXPECT_ANY_THROW(f.get());
  }
}

TEST(LoopThreadTest, StoppingItFromItsOwnTaskIsAMistakeThatSaysSo) {
  LoopThread background;
  auto f = background.run([&]() -> Task<> {
    background.stop();
    co_return;
  });
  EXPECT_THROW(f.get(), eddy::RuntimeError);
  LoopThread other = std::move(background);
  EXPECT_EQ(other.run(number(3)).get(), 3);
}

TEST(LoopThreadTest, ManyThreadsStartAndCancelAtRandom) {
  std::optional<LoopThread> background(std::in_place);
  std::atomic<int> ends = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        auto f = background->run((i + t) % 3 ? number(i) : Task<int>([]() -> Task<int> {
          co_await eddy::sleep(24h);
          co_return 0;
        }()));
        if ((i + t) % 3 == 0 || i % 5 == 0) f.cancel();
        try {
          f.get();
        } catch (const eddy::TaskCancelled&) {
        }
        ++ends;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ends, 1200);
}

}  // namespace

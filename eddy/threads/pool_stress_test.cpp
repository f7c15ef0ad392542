// SPDX-License-Identifier: MIT
//
// Several loops share pools that come and go, and cancel at random. What is checked: nothing hangs, nothing is lost,
// every await ends in exactly one way. Real threads, so the interesting part is what ThreadSanitizer says.
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/threads/thread_pool.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::ThreadPool;

struct Ends {
  std::atomic<int> values = 0, errors = 0, cancelled = 0, refused = 0;
  int all() const { return values + errors + cancelled + refused; }
};

Task<> collect(std::vector<eddy::TaskHandle<int>>& tasks, Ends& ends) {
  for (auto& task : tasks) {
    try {
      co_await task;
      ++ends.values;
    } catch (const eddy::TaskCancelled&) {
      ++ends.cancelled;
    } catch (const eddy::PoolShutDown&) {
      ++ends.refused;
    } catch (const std::exception&) {
      ++ends.errors;
    }
  }
}

int work(std::uint64_t kind) {
  if (kind % 7 == 0) std::this_thread::yield();
  if (kind % 11 == 0) throw std::domain_error("unlucky");
  return 1;
}

eddy::TaskHandle<int> start(ThreadPool& pool, eddy::Random& random) {
  std::uint64_t kind = random.next();
  switch (kind % 5) {
    case 0:
      return create_task(pool.run(eddy::abandon_on_cancel, work, kind));
    case 1:
      return create_task(
          pool.run([](std::stop_token stop, std::uint64_t k) { return stop.stop_requested() ? 0 : work(k); }, kind));
    case 2:
      return create_task(
          [&pool](std::uint64_t k) -> Task<int> {
            auto numbers = co_await pool.map(std::vector<std::uint64_t>(k % 20, k), work);
            co_return static_cast<int>(numbers.size());
          },
          kind);
    default:
      return create_task(pool.run(work, kind));
  }
}

Task<> storm(ThreadPool& pool, std::uint64_t seed, int rounds, Ends& ends) {
  eddy::Random random(seed);
  for (int round = 0; round < rounds; ++round) {
    std::vector<eddy::TaskHandle<int>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(start(pool, random));
    for (std::uint64_t turns = random.below(4); turns > 0; --turns) co_await eddy::checkpoint();
    for (auto& task : tasks) {
      if (random.below(3) == 0) task.cancel();
    }
    co_await collect(tasks, ends);
  }
}

TEST(PoolStressTest, ManyLoopsOnePoolRandomCancels) {
  ThreadPool pool{3};
  Ends ends;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] { eddy::run(storm(pool, t + 1, 50, ends), eddy::RunOptions().handle_signals(false)); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ends.all(), 3 * 50 * 20);
  EXPECT_GT(ends.values, 0);
  EXPECT_GT(ends.cancelled, 0);
  EXPECT_EQ(ends.refused, 0);
}

TEST(PoolStressTest, PoolsThatAreShutDownUnderTheirUsers) {
  Ends ends;
  constexpr int kPools = 20;
  for (std::uint64_t i = 0; i < kPools; ++i) {
    auto pool = std::make_unique<ThreadPool>(2);
    std::thread user([&] { eddy::run(storm(*pool, i + 1, 5, ends), eddy::RunOptions().handle_signals(false)); });
    std::this_thread::sleep_for(std::chrono::microseconds(50 * i));
    pool->shutdown_now(i % 2 ? 1ms : 0ms);
    user.join();
  }
  EXPECT_EQ(ends.all(), kPools * 5 * 20);
}

TEST(PoolStressTest, LoopsThatCloseWhileTheirFunctionsRun) {
  ThreadPool pool{2};
  for (std::uint64_t i = 0; i < 100; ++i) {
    eddy::Loop loop;
    loop.set_exception_handler([](eddy::Loop&, const eddy::ErrorContext&) {});
    loop.run_until_complete([&]() -> Task<> {
      eddy::Random random(i);
      for (int n = 0; n < 10; ++n) start(pool, random);
      for (std::uint64_t turns = random.below(5); turns > 0; --turns) co_await eddy::checkpoint();
    }());
    loop.close();
  }
}

/// Jobs that come just before, while, and just after a worker that looks out for one goes to sleep.
TEST(PoolStressTest, NoJobIsOverlookedHoweverLongItsWorkerHasWaited) {
  eddy::Random random(7);
  eddy::run([&]() -> Task<> {
    ThreadPool pool{2};
    for (int i = 0; i < 3'000; ++i) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(random.below(100));
      EXPECT_EQ(co_await pool.run([] { return 1; }), 1);
      while (std::chrono::steady_clock::now() < end) {
      }
    }
  });
}

TEST(PoolStressTest, AWorkerThatLooksOutHearsThatItsPoolCloses) {
  eddy::Random random(8);
  eddy::run([&]() -> Task<> {
    for (int i = 0; i < 200; ++i) {
      ThreadPool pool{2};
      for (int job = 0; job < 20; ++job) co_await pool.run([] {});
      const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(random.below(70));
      while (std::chrono::steady_clock::now() < end) {
      }
      if (i % 2) co_await pool.aclose();
    }
  });
}

}  // namespace

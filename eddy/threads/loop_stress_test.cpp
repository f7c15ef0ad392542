// SPDX-License-Identifier: MIT
//
// A hundred threads start tasks on a few loops, post to them, cancel, forget, and stop the loops under each other. What
// is checked: nothing hangs, and whatever was started ends in exactly one way. Real threads, so the interesting part is
// what ThreadSanitizer says.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/core/loop.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/threads/thread_safe_queue.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::LoopThread;
using eddy::Task;

constexpr std::uint64_t kThreads = 100;
constexpr int kRounds = 30;
constexpr std::size_t kLoops = 4;

struct World {
  std::vector<LoopThread> loops{kLoops};
  eddy::ThreadSafeQueue<int> queue;
  std::atomic<int> started = 0, values = 0, cancelled = 0, refused = 0, dropped = 0;
  std::atomic<int> posts = 0, posts_refused = 0, calls = 0;
};

Task<int> naps(eddy::Duration time) {
  co_await eddy::sleep(time);
  co_return 1;
}
Task<int> asks_a_thread() {
  co_return co_await eddy::to_thread([] { return 1; });
}
Task<int> gives_and_takes(eddy::ThreadSafeQueue<int>& queue) {
  co_await queue.put(1);
  co_return co_await queue.get();
}

eddy::ThreadFuture<int> start(World& world, LoopThread& on, std::uint64_t kind) {
  ++world.started;
  switch (kind % 4) {
    case 0:
      return on.run(naps(24h));
    case 1:
      return on.run(asks_a_thread);
    case 2:
      return on.run(gives_and_takes, std::ref(world.queue));
    default:
      return on.run(naps(std::chrono::microseconds(kind % 200)));
  }
}

void finish(World& world, eddy::ThreadFuture<int> future) {
  try {
    future.get();
    ++world.values;
  } catch (const eddy::TaskCancelled&) {
    ++world.cancelled;
  } catch (const eddy::RuntimeError&) {
    ++world.refused;
  }
}

void start_and_end(World& world, LoopThread& on, eddy::Random& random) {
  std::uint64_t kind = random.next();
  auto future = start(world, on, kind);
  if (kind % 4 == 0 || random.below(3) == 0) future.cancel();
  if (kind % 4 != 0 && random.below(4) == 0) {
    ++world.dropped;
  } else {
    finish(world, std::move(future));
  }
}

void post(World& world, LoopThread& on) {
  ++world.posts;
  try {
    on.loop().call_soon_threadsafe([&] { ++world.calls; });
  } catch (const eddy::RuntimeError&) {
    ++world.posts_refused;
  }
}

void use(World& world, std::uint64_t seed) {
  eddy::Random random(seed);
  for (int round = 0; round < kRounds; ++round) {
    LoopThread& on = world.loops[random.below(kLoops)];
    if (random.below(2) == 0) {
      start_and_end(world, on, random);
    } else {
      post(world, on);
    }
    if (random.below(400) == 0) on.stop();
  }
}

TEST(LoopStressTest, AHundredThreadsPostCancelAndShutDownAtRandom) {
  World world;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) threads.emplace_back([&, t] { use(world, t + 1); });
  for (auto& thread : threads) thread.join();
  world.loops.clear();
  EXPECT_EQ(world.values + world.cancelled + world.refused + world.dropped, world.started);
  EXPECT_LE(world.calls + world.posts_refused, world.posts);  // a loop that closes forgets what it has not called
  EXPECT_GT(world.values, 0);
  EXPECT_GT(world.cancelled, 0);
  EXPECT_GT(world.refused, 0);
  EXPECT_GT(world.posts_refused, 0);
}

}  // namespace

// SPDX-License-Identifier: MIT
//
// The loop closes while work is under way, also in calls that ignore it: everything ends.
#include <gtest/gtest.h>

#include <functional>
#include <ranges>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/core/frame_memory.h"
#include "eddy/core/loop.h"
#include "eddy/flow/process_batch.h"
#include "eddy/flow/produce_consume.h"
#include "eddy/iter/iter.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

struct Calls {
  int running = 0;
  int begun = 0;

  Task<int> hang(int i) {
    ++begun;
    ++running;
    ScopeGuard leave([this] { --running; });
    co_await finally(sleep(1h), [] { return sleep(1h); });
    co_return i;
  }
};

/// Leaves what `work` returns, a task, to a loop that closes after a moment and does not wait for long.
template <class F>
void close_over(F work) {
  Calls calls;
  const std::uint64_t frames = frame_stats().live;
  {
    Loop loop;
    loop.set_shutdown_grace(1ms);
    loop.set_exception_handler([](Loop&, const ErrorContext&) {});  // that cleanups hang
    auto main = [&]() -> Task<> {
      create_task(work(calls));
      co_await sleep(1ms);
      EXPECT_GT(calls.running, 0);
    };
    loop.run_until_complete(main());
    loop.close();
  }
  EXPECT_EQ(calls.running, 0);
  EXPECT_EQ(calls.begun, 3);
  EXPECT_EQ(frame_stats().live, frames);
}

TEST(FlowShutdownTest, MapConcurrent) {
  close_over([](Calls& calls) -> Task<> {
    auto hang = [&](int i) { return calls.hang(i); };
    co_await map_concurrent(std::views::iota(0, 100), hang, 3);
  });
}

TEST(FlowShutdownTest, ProcessBatch) {
  close_over([](Calls& calls) -> Task<> {
    auto hang = [&](int i) { return calls.hang(i); };
    co_await process_batch(return_exceptions, std::views::iota(0, 100), hang, Batch{}.size(3));
  });
}

TEST(FlowShutdownTest, ProduceConsume) {
  close_over([](Calls& calls) -> Task<> {
    auto produce = [](Queue<int>& queue) -> Task<> {
      for (int i = 0;; ++i) co_await queue.put(i);
    };
    auto hang = [&](int i) { return calls.hang(i); };
    co_await produce_consume(produce, hang, Workers{}.count(3));
  });
}

TEST(FlowShutdownTest, APipelineThatWaits) {
  close_over([](Calls& calls) -> Task<> {
    auto hang = [&](int i) { return calls.hang(i); };
    co_await iter::collect(std::views::iota(0, 100) | iter::buffer(5) | iter::map_unordered(hang, 3) | iter::buffer(5) |
                           iter::debounce(1h));
  });
}

TEST(FlowShutdownTest, APipelineThatNobodyAsksAnyMore) {
  close_over([](Calls& calls) -> Task<> {
    auto once = [&](int i) -> Task<int> {
      if (i > 0) co_await calls.hang(i);
      co_return i;
    };
    auto pipeline = std::views::iota(0, 100) | iter::map_unordered(once, 3);
    co_await pipeline.next();
    co_await sleep(1h);
  });
}

}  // namespace
}  // namespace eddy

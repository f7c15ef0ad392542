// SPDX-License-Identifier: MIT
#include "eddy/flow/sliding_window.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_hooks.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::SlidingWindow;
using eddy::Task;
using eddy::TaskHandle;

using Notes = std::vector<int>;

Task<> acquire_and_note(SlidingWindow& window, Notes& order, int name) {
  co_await window.acquire();
  order.push_back(name);
}

auto settle() { return eddy::sleep(1ns); }

EDDY_TEST(SlidingWindow, LetsThroughSoManyThenWaitsForTheOldestToLeave) {
  SlidingWindow window{3, 1s};
  auto t0 = eddy::now();
  co_await window.acquire();
  co_await eddy::sleep(300ms);
  co_await window.acquire();
  co_await window.acquire();
  EXPECT_EQ(window.available(), 0U);
  EXPECT_EQ(eddy::now() - t0, 300ms);
  co_await window.acquire();
  EXPECT_EQ(eddy::now() - t0, 1s);
  co_await window.acquire();
  EXPECT_EQ(eddy::now() - t0, 1300ms);
  co_await window.acquire();
  EXPECT_EQ(eddy::now() - t0, 1300ms);
  co_await window.acquire();
  EXPECT_EQ(eddy::now() - t0, 2s);
}

EDDY_TEST(SlidingWindow, TryAcquireCountsWhatFits) {
  SlidingWindow window{2, 1s};
  EXPECT_TRUE(window.idle());
  EXPECT_TRUE(window.try_acquire());
  EXPECT_TRUE(window.try_acquire());
  EXPECT_FALSE(window.try_acquire());
  EXPECT_FALSE(window.idle());
  co_await eddy::sleep(1s);
  EXPECT_EQ(window.available(), 2U);
  EXPECT_TRUE(window.try_acquire());
}

EDDY_TEST(SlidingWindow, NobodyOvertakesAWaiter) {
  SlidingWindow window{1, 1s};
  co_await window.acquire();
  Notes order;
  auto a = create_task(acquire_and_note, std::ref(window), std::ref(order), 1);
  co_await settle();
  auto b = create_task(acquire_and_note, std::ref(window), std::ref(order), 2);
  co_await settle();
  EXPECT_FALSE(window.try_acquire());
  EXPECT_EQ(window.n_waiting(), 2U);
  co_await b;
  EXPECT_EQ(order, (Notes{1, 2}));
}

EDDY_TEST(SlidingWindow, CancelledWaitersCostNothing) {
  SlidingWindow window{1, 1s};
  co_await window.acquire();
  auto t0 = eddy::now();
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(window), std::ref(order), i));
    co_await eddy::sleep(0s);
  }
  for (int i = 0; i < 49; ++i) tasks[static_cast<std::size_t>(i)].cancel();
  co_await tasks.back();
  EXPECT_EQ(eddy::now() - t0, 1s);
  EXPECT_EQ(order, Notes{49});
}

EDDY_TEST(SlidingWindow, CancelledAfterTheGrantPassesItOn) {
  SlidingWindow window{1, 1s};
  auto t0 = eddy::now();
  co_await window.acquire();
  Notes order;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(create_task(acquire_and_note, std::ref(window), std::ref(order), i));
    co_await settle();
  }
  co_await eddy::sleep_until(t0 + 1s);  // with shuffling before or after the grant, and before or after it ran
  tasks[0].cancel();
  tasks[1].cancel();
  co_await tasks[2];
  EXPECT_EQ(eddy::now() - t0, tasks[0].cancelled() && tasks[1].cancelled() ? 1s : 2s);
}

EDDY_TEST(SlidingWindow, RefusesWhatMakesNoSense) {
  EXPECT_THROW((SlidingWindow{0, 1s}), eddy::RuntimeError);
  EXPECT_THROW((SlidingWindow{-1, 1s}), eddy::RuntimeError);
  EXPECT_THROW((SlidingWindow{1, 0s}), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(SlidingWindow, WithAcquires) {
  SlidingWindow window{2, 1s};
  auto t0 = eddy::now();
  int calls = 0;
  for (int i = 0; i < 5; ++i)
    co_await eddy::with(window, [&]() -> Task<> {
      ++calls;
      co_return;
    });
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(eddy::now() - t0, 2s);
}

EDDY_TEST(SlidingWindow, ReadyAtOnceStillLetsOthersRun) {
  SlidingWindow window{1000, 1s};
  int turns = 0;
  auto other = create_task([&]() -> Task<> {
    for (;; ++turns) co_await eddy::checkpoint();
  });
  for (int i = 0; i < 1000; ++i) co_await window.acquire();
  EXPECT_GE(turns, 5);
  other.cancel();
}

/// A clock that a task can push: as if it had blocked the loop for so long.
class PushedClock final : public eddy::LoopHooks {
 public:
  eddy::detail::Nanos now() noexcept override { return now_; }
  void idle(eddy::sys::Poller&, eddy::detail::Nanos deadline) override { now_ = std::max(now_, deadline); }
  bool shuffles() const noexcept override { return false; }
  void shuffle(std::vector<eddy::detail::Node*>&) override {}
  void push(eddy::Duration by) noexcept { now_ += by.count(); }

 private:
  eddy::detail::Nanos now_ = 1'000'000'000;
};

Task<> note_times(SlidingWindow& window, std::vector<eddy::TimePoint>& times) {
  for (int i = 0; i < 3; ++i) {
    co_await window.acquire();
    times.push_back(eddy::now());
  }
}

TEST(SlidingWindowTest, ACallIsWhenItRunsNotWhenItWasGranted) {
  PushedClock clock;
  eddy::Loop loop(&clock);
  SlidingWindow window{1, 1s};
  std::vector<eddy::TimePoint> times;
  auto block = [&]() -> Task<> {
    co_await eddy::sleep_until(eddy::now() + 1s);  // due with the grant, and before it
    clock.push(800ms);
  };
  auto blocker = loop.create_task(block);
  loop.run_until_complete(note_times(window, times));
  ASSERT_EQ(times.size(), 3U);
  EXPECT_EQ(times[1] - times[0], 1800ms) << "the loop was not blocked between grant and run";
  EXPECT_GE(times[2] - times[1], 1s);
}

}  // namespace

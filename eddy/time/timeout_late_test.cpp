// SPDX-License-Identifier: MIT
//
// Timeouts on a loop that is late, because something has blocked its thread.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Time passes when the loop has nothing to do, and when somebody blocks.
class Clock final : public LoopHooks {
 public:
  void block(Duration time) noexcept { now_ += time.count(); }

  detail::Nanos now() noexcept override { return now_; }
  void idle(sys::Poller&, detail::Nanos deadline) override {
    if (deadline == detail::kForever) throw std::logic_error("nothing will ever happen");
    now_ = std::max(now_, deadline);
  }
  bool shuffles() const noexcept override { return false; }
  void shuffle(std::vector<detail::Node*>&) override {}

 private:
  detail::Nanos now_ = 1'000'000'000;
};

TEST(TimeoutLateTest, OfNestedOnesThatBecameDueMeanwhileTheOuterWins) {
  Clock clock;
  Loop loop(&clock);
  bool inner_caught = false;
  auto body = [&]() -> Task<> {
    co_await sleep(1ms);
    clock.block(10ms);
    co_await sleep(1h);
  };
  auto inner = [&]() -> Task<> {
    try {
      co_await timeout(2ms, body);
    } catch (const TimeoutError&) {
      inner_caught = true;
    }
  };
  auto outer = [&]() -> Task<> { co_await timeout(4ms, inner); };
  EXPECT_THROW(loop.run_until_complete(outer()), TimeoutError);
  EXPECT_FALSE(inner_caught);
}

TEST(TimeoutLateTest, ABodyThatCompletesFirstHasItsValueAndTheTimeoutNeverFires) {
  Clock clock;
  Loop loop(&clock);
  auto body = [&](Timeout& t) -> Task<int> {
    co_await sleep(1ms);
    clock.block(10ms);
    EXPECT_FALSE(t.expired());  // it is due, but the loop has not looked
    co_return 5;
  };
  auto main = [&]() -> Task<int> {
    int n = co_await timeout(5ms, body);
    co_await sleep(1s);
    co_return n;
  };
  EXPECT_EQ(loop.run_until_complete(main()), 5);
  EXPECT_EQ(loop.timers().size(), 0u);
}

TEST(TimeoutLateTest, ABodyThatAwaitsOnceMoreTimesOut) {
  Clock clock;
  Loop loop(&clock);
  auto body = [&]() -> Task<> {
    co_await sleep(1ms);
    clock.block(10ms);
    co_await sleep(1ms);
  };
  EXPECT_THROW(loop.run_until_complete(timeout(5ms, body)), TimeoutError);
}

TEST(TimeoutLateTest, ACancelThatComesBeforeTheLoopLooksIsACancellation) {
  Clock clock;
  Loop loop(&clock);
  bool timed_out = false;
  auto task = loop.create_task([&]() -> Task<> {
    try {
      co_await timeout(5ms, [] { return sleep(1h); });
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    co_await checkpoint();
  });
  auto main = [&]() -> Task<> {
    co_await sleep(1ms);
    clock.block(10ms);
    task.cancel();
    co_await sleep(1s);
  };
  loop.run_until_complete(main());
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(timed_out);
}

// One look at the clock serves a whole turn, so a limit counts from the end of the turn in which it was set.
TEST(TimeoutLateTest, WhatBlocksTheTurnInWhichItWasSetIsNotCounted) {
  Clock clock;
  Loop loop(&clock);
  auto body = [&]() -> Task<int> {
    clock.block(10ms);
    co_await sleep(1ms);
    co_return 6;
  };
  EXPECT_EQ(loop.run_until_complete(timeout(5ms, body)), 6);
}

}  // namespace
}  // namespace eddy

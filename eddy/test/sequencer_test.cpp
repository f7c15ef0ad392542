// SPDX-License-Identifier: MIT
#include "eddy/test/sequencer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(SequencerTest, PointsForceTheOrder) {
  Sequencer seq;
  std::vector<int> order;
  auto pass = [&](int position) -> Task<> {
    co_await seq.point(position);
    order.push_back(position);
  };
  std::vector<TaskHandle<>> tasks;
  for (int position : {3, 1, 2, 0}) tasks.push_back(create_task(pass, position));
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
}

EDDY_TEST(SequencerTest, ATurnHoldsTheNextUntilItEnds) {
  Sequencer seq;
  std::vector<int> order;
  auto second = create_task([&]() -> Task<> {
    co_await seq.point(1);
    order.push_back(2);
  });
  {
    auto turn = co_await seq(0);
    co_await sleep(1s);
    order.push_back(1);
  }
  co_await second;
  EXPECT_EQ(order, (std::vector{1, 2}));
}

EDDY_TEST(SequencerTest, ATurnCanBePassedEarly) {
  Sequencer seq;
  auto turn = co_await seq(0);
  turn.pass();
  co_await seq.point(1);
}

EDDY_TEST(SequencerTest, BlocksAlternateBetweenTwoTasks) {
  Sequencer seq;
  std::vector<int> order;
  auto player = [&](int first) -> Task<> {
    for (int position = first; position < 6; position += 2) {
      auto body = [&]() -> Task<> {
        co_await sleep(1s);
        order.push_back(position);
      };
      co_await seq.block(position, std::ref(body));
    }
  };
  auto odd = create_task(player, 1);
  auto even = create_task(player, 0);
  co_await odd;
  co_await even;
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4, 5}));
}

EDDY_TEST(SequencerTest, APositionIsUsedOnce) {
  Sequencer seq;
  co_await seq.point(0);
  EXPECT_THROW(co_await seq.point(0), RuntimeError);
  EXPECT_THROW(co_await seq.point(-1), RuntimeError);
}

EDDY_TEST(SequencerTest, CancellingAWaiterBreaksTheSequence) {
  Sequencer seq;
  auto one = create_task([&]() -> Task<> { co_await seq.point(1); });
  auto two = create_task([&]() -> Task<> { co_await seq.point(2); });
  co_await all_blocked();
  one.cancel();
  EXPECT_THROW(co_await two, RuntimeError);
  EXPECT_THROW(co_await seq.point(0), RuntimeError);
  EXPECT_THROW(co_await one, TaskCancelled);
}

EDDY_TEST(SequencerTest, CancellingInTheRaceWithItsTurnBreaksItToo) {
  Sequencer seq;
  bool passed = false;
  auto one = create_task([&]() -> Task<> {
    co_await seq.point(1);
    passed = true;
  });
  co_await all_blocked();
  co_await seq.point(0);  // grants 1, which has not resumed yet
  one.cancel();
  EXPECT_THROW(co_await one, TaskCancelled);
  EXPECT_FALSE(passed);
  EXPECT_THROW(co_await seq.point(2), RuntimeError);
}

EDDY_TEST(SequencerTest, AWaitInACancelledTaskBreaksItToo) {
  Sequencer seq;
  auto one = create_task([&]() -> Task<> {
    current_task().cancel();
    co_await seq.point(1);
  });
  EXPECT_THROW(co_await one, TaskCancelled);
  EXPECT_THROW(co_await seq.point(0), RuntimeError);
}

}  // namespace
}  // namespace eddy::test

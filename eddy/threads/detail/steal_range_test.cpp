// SPDX-License-Identifier: MIT
//
// Interleavings of owners that take and refill from what they steal, as the workers of a parallel loop do.
#include "eddy/threads/detail/steal_range.h"

#include <gtest/gtest.h>

#include <array>

#include "eddy/test/interleavings.h"

namespace eddy::detail {
namespace {

using test::Schedule;
using Range = StealRange<test::StepAtomic>;

struct Case {
  static constexpr std::size_t kItems = 4;
  std::array<Range, 3> ranges;
  std::array<int, kItems> done{};

  void work(std::size_t self, std::size_t workers) {
    for (;;) {
      for (auto part = ranges[self].take(1); !part.empty(); part = ranges[self].take(1)) {
        for (auto i = part.begin; i < part.end; ++i) ++done[i];
      }
      Range::Part stolen;
      for (std::size_t i = 1; i < workers && stolen.empty(); ++i) stolen = ranges[(self + i) % workers].steal();
      if (stolen.empty()) return;
      ranges[self].refill(stolen);
    }
  }
};

std::size_t explore_work(std::size_t workers, std::size_t preemptions_max) {
  return test::explore(
      [&](Schedule& schedule) {
        Case test;
        test.ranges[0].refill({0, 3});
        test.ranges[1].refill({3, Case::kItems});
        for (std::size_t i = 0; i < workers; ++i) schedule.actor([&test, i, workers] { test.work(i, workers); });
        EXPECT_TRUE(schedule.run());
        for (int times : test.done) EXPECT_EQ(times, 1) << "an item was lost or done twice";
        return !::testing::Test::HasFailure();
      },
      preemptions_max);
}

TEST(StealRangeTest, NoInterleavingLosesOrRepeatsAnItem) {
  if (!test::can_explore()) GTEST_SKIP() << "fibers do not run under sanitizers";
  std::size_t two = explore_work(2, 5);
  std::size_t three = explore_work(3, 2);
  EXPECT_GT(two, 1000u);
  EXPECT_GT(three, 1000u);
  RecordProperty("two_workers", static_cast<int>(two));
  RecordProperty("three_workers", static_cast<int>(three));
}

TEST(StealRangeTest, TakesFromTheFrontAndStealsTheHalfBehind) {
  StealRange<> range;
  EXPECT_TRUE(range.take(5).empty());
  range.refill({0, 10});
  EXPECT_EQ(range.take(3).end, 3u);
  auto stolen = range.steal();
  EXPECT_EQ(stolen.begin, 6u);
  EXPECT_EQ(stolen.end, 10u);
  EXPECT_EQ(range.take(100).size(), 3u);
  EXPECT_TRUE(range.steal().empty());
}

}  // namespace
}  // namespace eddy::detail

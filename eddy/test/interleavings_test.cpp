// SPDX-License-Identifier: MIT
#include "eddy/test/interleavings.h"

#include <gtest/gtest.h>

namespace eddy::test {
namespace {

class InterleavingsTest : public ::testing::Test {
  void SetUp() override {
    if (!can_explore()) GTEST_SKIP() << "fibers do not run under sanitizers";
  }
};

TEST_F(InterleavingsTest, SeesEveryOrderOfSteps) {
  // Two actors of two steps each: the steps interleave in 6 ways, and each actor's beginning is a turn of its own.
  std::size_t count = explore([](Schedule& schedule) {
    StepAtomic<int> value{0};
    for (int actor = 0; actor < 2; ++actor) {
      schedule.actor([&] {
        value.store(1);
        value.store(2);
      });
    }
    return schedule.run();
  });
  EXPECT_EQ(count, 20u);  // 6 turns, 3 of each
}

TEST_F(InterleavingsTest, FindsALostUpdate) {
  bool lost = false;
  explore([&](Schedule& schedule) {
    StepAtomic<int> counter{0};
    for (int actor = 0; actor < 2; ++actor) schedule.actor([&] { counter.store(counter.load() + 1); });
    EXPECT_TRUE(schedule.run());
    lost |= counter.peek() == 1;
    return true;
  });
  EXPECT_TRUE(lost);
}

TEST_F(InterleavingsTest, FindsALostWakeUp) {
  bool hung = false;
  explore([&](Schedule& schedule) {
    StepAtomic<int> ready{0}, asleep{0}, woken{0};
    schedule.actor([&] {
      ready.store(1);
      if (asleep.load() != 0) woken.store(1);
    });
    schedule.actor([&] {  // looks before it says that it sleeps: the mistake
      if (ready.load() != 0) return;
      asleep.store(1);
      Schedule::wait_until([&] { return woken.peek() != 0; });
    });
    hung |= !schedule.run();
    return true;
  });
  EXPECT_TRUE(hung);
}

TEST_F(InterleavingsTest, ABoundOnInterruptionsMakesThemFewer) {
  auto count = [](std::size_t preemptions_max) {
    return explore(
        [](Schedule& schedule) {
          StepAtomic<int> value{0};
          for (int actor = 0; actor < 2; ++actor) {
            schedule.actor([&] {
              for (int i = 0; i < 3; ++i) value.fetch_add(1);
            });
          }
          EXPECT_TRUE(schedule.run());
          EXPECT_EQ(value.peek(), 6);
          return true;
        },
        preemptions_max);
  };
  EXPECT_EQ(count(0), 2u);
  EXPECT_LT(count(2), count(4));
}

}  // namespace
}  // namespace eddy::test

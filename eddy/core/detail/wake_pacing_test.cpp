// SPDX-License-Identifier: MIT
#include "eddy/core/detail/wake_pacing.h"

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

constexpr Nanos kSecond = 1'000'000'000;

TEST(WakePacingTest, ATimerAloneIsServedWhenItIsDue) {
  WakePacing pacing;
  pacing.fired(kSecond, 1);
  EXPECT_EQ(pacing.wake_at(2 * kSecond), 2 * kSecond);
}

TEST(WakePacingTest, ATimerRightAfterAnotherWaitsTheShortestGap) {
  WakePacing pacing;
  pacing.fired(kSecond, 1);
  EXPECT_EQ(pacing.wake_at(kSecond + 10), kSecond + WakePacing::kShortest);
}

TEST(WakePacingTest, ThickTimersWidenTheGapUpToTheLongest) {
  WakePacing pacing;
  for (int i = 0; i < 20; ++i) pacing.fired(kSecond, 100);
  EXPECT_EQ(pacing.wake_at(kSecond), kSecond + WakePacing::kLongest);
}

TEST(WakePacingTest, RareTimersNarrowItAgain) {
  WakePacing pacing;
  for (int i = 0; i < 20; ++i) pacing.fired(kSecond, 100);
  for (int i = 0; i < 20; ++i) pacing.fired(kSecond, 1);
  EXPECT_EQ(pacing.wake_at(kSecond), kSecond + WakePacing::kShortest);
}

TEST(WakePacingTest, NeverBeforeItIsDue) {
  WakePacing pacing;
  for (Nanos at = 0; at < 100 * WakePacing::kLongest; at += WakePacing::kShortest / 3) {
    EXPECT_GE(pacing.wake_at(at), at);
    pacing.fired(pacing.wake_at(at), at % 7 + 1);
  }
}

}  // namespace
}  // namespace eddy::detail

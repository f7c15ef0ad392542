// SPDX-License-Identifier: MIT
#include "eddy/core/time_point.h"

#include <chrono>
#include <limits>

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

using namespace std::chrono_literals;

TEST(ToNanosTest, TakesAnyUnit) {
  EXPECT_EQ(to_nanos(5ns), 5);
  EXPECT_EQ(to_nanos(3us), 3'000);
  EXPECT_EQ(to_nanos(2h), 7'200'000'000'000);
  EXPECT_EQ(to_nanos(-1s), -1'000'000'000);
  EXPECT_EQ(to_nanos(std::chrono::duration<float, std::ratio<3600>>(1.0F)), 3'600'000'000'000);
}

TEST(ToNanosTest, RoundsUpSoThatNothingIsEarly) {
  EXPECT_EQ(to_nanos(std::chrono::duration<double, std::nano>(0.1)), 1);
  EXPECT_EQ(to_nanos(std::chrono::duration<double, std::nano>(2.5)), 3);
  EXPECT_EQ(to_nanos(std::chrono::duration<long, std::pico>(1)), 1);
  EXPECT_EQ(to_nanos(std::chrono::duration<double>(0.1)), 100'000'000);
}

TEST(ToNanosTest, SaturatesInsteadOfOverflowing) {
  EXPECT_EQ(to_nanos(std::chrono::hours::max()), kForever);
  EXPECT_EQ(to_nanos(std::chrono::seconds::max()), kForever);
  EXPECT_EQ(to_nanos(std::chrono::hours::min()), -kForever);
  EXPECT_EQ(to_nanos(std::chrono::duration<double>(std::numeric_limits<double>::infinity())), kForever);
  EXPECT_EQ(to_nanos(std::chrono::duration<double>(-1e300)), -kForever);
}

TEST(ToNanosTest, WhatIsNoNumberIsForEver) {
  EXPECT_EQ(to_nanos(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())), kForever);
}

TEST(SaturatingAddTest, StopsAtTheEnds) {
  EXPECT_EQ(saturating_add(1, 2), 3);
  EXPECT_EQ(saturating_add(10, kForever), kForever);
  EXPECT_EQ(saturating_add(-10, -kForever), -kForever);
}

TEST(TimePointTest, IsTheSteadyClocks) {
  auto at = std::chrono::steady_clock::time_point(5s);
  EXPECT_EQ(to_nanos(at), 5'000'000'000);
  EXPECT_EQ(to_time_point(5'000'000'000), at);
}

}  // namespace
}  // namespace eddy::detail

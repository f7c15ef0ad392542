// SPDX-License-Identifier: MIT
#include "eddy/base/scope_guard.h"

#include <set>
#include <stdexcept>
#include <utility>

#include <gtest/gtest.h>

#include "eddy/base/random.h"
#include "eddy/base/unit.h"

namespace eddy {
namespace {

TEST(ScopeGuardTest, RunsOnceAtTheEndOfTheScope) {
  int runs = 0;
  {
    ScopeGuard guard([&] { ++runs; });
    EXPECT_EQ(runs, 0);
  }
  EXPECT_EQ(runs, 1);
}

TEST(ScopeGuardTest, RunsWhenAnExceptionLeavesTheScope) {
  int runs = 0;
  try {
    ScopeGuard guard([&] { ++runs; });
    throw std::runtime_error("out");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(runs, 1);
}

TEST(ScopeGuardTest, DismissedDoesNothing) {
  int runs = 0;
  {
    ScopeGuard guard([&] { ++runs; });
    guard.dismiss();
  }
  EXPECT_EQ(runs, 0);
}

TEST(ScopeGuardTest, MovedRunsOnceFromItsNewPlace) {
  int runs = 0;
  {
    ScopeGuard first([&] { ++runs; });
    ScopeGuard second(std::move(first));
  }
  EXPECT_EQ(runs, 1);
}

TEST(RandomTest, TheSameSeedGivesTheSameNumbers) {
  Random a(7);
  Random b(7);
  Random c(8);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
}

TEST(RandomTest, StaysBelowItsBoundAndReachesAll) {
  Random random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    std::uint64_t n = random.below(10);
    ASSERT_LT(n, 10u);
    seen.insert(n);
    double d = random.uniform();
    ASSERT_GE(d, 0.0);
    ASSERT_LT(d, 1.0);
  }
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(random.below(0), 0u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(UnitTest, IsLikeAnyOther) { EXPECT_TRUE(Unit{} == Unit{}); }

}  // namespace
}  // namespace eddy

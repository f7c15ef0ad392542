// SPDX-License-Identifier: MIT
#include "eddy/test/counters.h"

#include <gtest/gtest.h>

#include <new>
#include <utility>

#include "eddy/test/failures_of.h"
#include "eddy/test/test.h"

namespace eddy::test {
namespace {

TEST(CountersTest, CountCopiesMovesAndDestructions) {
  Counters counts;
  {
    Tracked a(counts, 5);
    Tracked b = a;
    Tracked c = std::move(a);
    EXPECT_EQ(a.value(), -1);  // NOLINT(bugprone-use-after-move): on purpose
    EXPECT_EQ(b, c);
    b = std::move(c);
    EXPECT_EQ(counts.alive(), 3);
  }
  EXPECT_EQ(counts.made, 1);
  EXPECT_EQ(counts.copies, 1);
  EXPECT_EQ(counts.moves, 2);
  EXPECT_EQ(counts.destroyed, 3);
  EXPECT_EQ(counts.alive(), 0);
}

TEST(CountersTest, WhatOutlivesThemFails) {
  alignas(Tracked) unsigned char room[sizeof(Tracked)];
  auto failures = failures_of([&] {
    Counters counts;
    new (room) Tracked(counts);
  });
  EXPECT_EQ(failures.size(), 1u);
}

Task<Tracked> hand_through(Tracked item) { co_return std::move(item); }

EDDY_TEST(CountersTest, TheResultOfATaskIsNeverCopied) {
  Counters counts;
  {
    Tracked item = co_await hand_through(Tracked(counts, 7));
    EXPECT_EQ(item.value(), 7);
  }
  EXPECT_EQ(counts.copies, 0);
}

}  // namespace
}  // namespace eddy::test

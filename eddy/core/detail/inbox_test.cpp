// SPDX-License-Identifier: MIT
//
// Every interleaving of two posters and a loop that sleeps whenever it finds nothing, and goes away after the last
// node.
#include "eddy/core/detail/inbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "eddy/test/interleavings.h"

namespace eddy::detail {
namespace {

using test::Schedule;
using test::StepAtomic;

struct Item {
  explicit Item(int n) : name(n) {}
  Item* queue_next = nullptr;
  int name;
};

/// The inbox and a poller reduced to its promise: a wake makes the sleep under way, or the next one, return.
struct Case {
  using Push = Inbox<Item, StepAtomic>::Push;
  Inbox<Item, StepAtomic> inbox;
  StepAtomic<int> wakes{0};
  bool gone = false;
  bool touched_after_gone = false;
  int wakes_sent = 0;
  std::vector<int> taken;
  std::vector<int> refused;

  void post(Item& item) {
    auto pushed = inbox.push(item);
    if (pushed == Push::kRefused) refused.push_back(item.name);
    if (pushed != Push::kFirst) return;
    touched_after_gone |= gone;
    wakes.store(1);
    ++wakes_sent;
    touched_after_gone |= gone;
    inbox.woken();
  }
  void loop(std::size_t expected) {
    while (taken.size() < expected) {
      if (inbox.empty()) {
        Schedule::wait_until([this] { return wakes.peek() != 0; });
        wakes.store(0);
      }
      inbox.take([this](Item& item) { taken.push_back(item.name); });
    }
    Schedule::wait_until([this] { return inbox.quiet(); });
    gone = true;
  }
  /// A loop that looks once and closes, whoever is still posting.
  void close_at_once() {
    inbox.take([this](Item& item) { taken.push_back(item.name); });
    inbox.close([this](Item& item) { taken.push_back(item.name); });
    Schedule::wait_until([this] { return inbox.quiet(); });
  }
};

/// One thread posts one node, another so many. How many schedules there were.
std::size_t explore_posting(int more, std::size_t preemptions_max, int& fewest_wakes) {
  return test::explore(
      [&](Schedule& schedule) {
        Case test;
        Item items[] = {Item(0), Item(1), Item(2)};
        schedule.actor([&] { test.post(items[0]); });
        schedule.actor([&] {
          for (int i = 1; i <= more; ++i) test.post(items[i]);
        });
        schedule.actor([&] { test.loop(static_cast<std::size_t>(more) + 1); });
        EXPECT_TRUE(schedule.run()) << "the loop sleeps though something was posted";
        EXPECT_EQ(test.taken.size(), static_cast<std::size_t>(more) + 1);
        EXPECT_FALSE(test.touched_after_gone);
        fewest_wakes = std::min(fewest_wakes, test.wakes_sent);
        return !::testing::Test::HasFailure();
      },
      preemptions_max);
}

TEST(InboxTest, NoInterleavingLosesANodeOrAWakeUpOrTouchesALoopThatIsGone) {
  if (!test::can_explore()) GTEST_SKIP() << "fibers do not run under sanitizers";
  int fewest_wakes = 3;
  std::size_t schedules = explore_posting(1, 4, fewest_wakes);
  EXPECT_GT(schedules, 1000u);
  EXPECT_EQ(fewest_wakes, 1) << "a batch costs one wake-up";
  RecordProperty("two_nodes", static_cast<int>(schedules));
  RecordProperty("three_nodes", static_cast<int>(explore_posting(2, 3, fewest_wakes)));
}

TEST(InboxTest, WhatIsPostedWhileItClosesIsTakenOrRefused) {
  if (!test::can_explore()) GTEST_SKIP() << "fibers do not run under sanitizers";
  std::size_t all_taken = 0;
  std::size_t all_refused = 0;
  test::explore(
      [&](Schedule& schedule) {
        Case test;
        Item items[] = {Item(0), Item(1), Item(2)};
        schedule.actor([&] { test.post(items[0]); });
        schedule.actor([&] {
          test.post(items[1]);
          test.post(items[2]);
        });
        schedule.actor([&] { test.close_at_once(); });
        EXPECT_TRUE(schedule.run()) << "the loop waits for a poster that has left";
        EXPECT_EQ(test.taken.size() + test.refused.size(), 3u);
        EXPECT_TRUE(test.inbox.empty());
        all_taken += test.taken.size() == 3 ? 1 : 0;
        all_refused += test.refused.size() == 3 ? 1 : 0;
        return !::testing::Test::HasFailure();
      },
      4);
  EXPECT_GT(all_taken, 0u);
  EXPECT_GT(all_refused, 0u);
}

TEST(InboxTest, GivesWhatOnePosterPostedInOrder) {
  using Push = Inbox<Item>::Push;
  Inbox<Item> inbox;
  Item items[] = {Item(0), Item(1), Item(2)};
  EXPECT_EQ(inbox.push(items[0]), Push::kFirst);
  EXPECT_EQ(inbox.push(items[1]), Push::kFollows);
  EXPECT_EQ(inbox.push(items[2]), Push::kFollows);
  std::vector<int> taken;
  inbox.take([&](Item& item) { taken.push_back(item.name); });
  EXPECT_EQ(taken, (std::vector<int>{0, 1, 2}));
  EXPECT_FALSE(inbox.quiet());
  inbox.woken();
  EXPECT_TRUE(inbox.quiet());
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace eddy::detail

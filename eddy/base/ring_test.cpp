// SPDX-License-Identifier: MIT
#include "eddy/base/ring.h"

#include <algorithm>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/base/random.h"

namespace eddy::detail {
namespace {

struct Item {
  explicit Item(int n) : id(n) {}
  Item* ring_next() const noexcept { return next; }
  Item* ring_prev() const noexcept { return prev; }
  void set_ring_next(Item* item) noexcept { next = item; }
  void set_ring_prev(Item* item) noexcept { prev = item; }
  int id;
  Item* next = nullptr;
  Item* prev = nullptr;
};

std::vector<int> ids(const Ring<Item>& ring) {
  std::vector<int> all;
  for (Item* item = ring.front(); item; item = ring.after(*item)) all.push_back(item->id);
  return all;
}

TEST(RingTest, IsEmptyToBeginWith) {
  Ring<Item> ring;
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ring.front(), nullptr);
  EXPECT_EQ(ring.back(), nullptr);
  EXPECT_EQ(ring.pop_front(), nullptr);
}

TEST(RingTest, IsFirstInFirstOut) {
  Ring<Item> ring;
  Item a(1);
  Item b(2);
  Item c(3);
  ring.push_back(a);
  ring.push_back(b);
  ring.push_front(c);
  EXPECT_EQ(ids(ring), (std::vector<int>{3, 1, 2}));
  EXPECT_EQ(ring.front(), &c);
  EXPECT_EQ(ring.back(), &b);
  EXPECT_EQ(ring.pop_front(), &c);
  EXPECT_EQ(ring.pop_front(), &a);
  EXPECT_EQ(ring.pop_front(), &b);
  EXPECT_TRUE(ring.empty());
}

TEST(RingTest, LosesAnElementFromAnywhere) {
  Item a(1);
  Item b(2);
  Item c(3);
  for (Item* gone : {&a, &b, &c}) {
    Ring<Item> ring;
    ring.push_back(a);
    ring.push_back(b);
    ring.push_back(c);
    ring.erase(*gone);
    std::vector<int> left{1, 2, 3};
    std::erase(left, gone->id);
    EXPECT_EQ(ids(ring), left);
  }
}

TEST(RingTest, TakeLeavesItEmpty) {
  Ring<Item> ring;
  Item a(1);
  Item b(2);
  ring.push_back(a);
  ring.push_back(b);
  Ring<Item> all = ring.take();
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ids(all), (std::vector<int>{1, 2}));
}

TEST(RingTest, DoesWhatADequeDoes) {
  Random random(11);
  std::deque<Item> items;
  for (int i = 0; i < 20; ++i) items.emplace_back(i);
  std::deque<int> model;
  Ring<Item> ring;
  for (int step = 0; step < 5000; ++step) {
    Item& item = items[random.below(items.size())];
    auto at = std::find(model.begin(), model.end(), item.id);
    if (at != model.end()) {
      model.erase(at);
      ring.erase(item);
    } else if (random.below(2) == 0) {
      model.push_back(item.id);
      ring.push_back(item);
    } else {
      model.push_front(item.id);
      ring.push_front(item);
    }
    ASSERT_EQ(ids(ring), std::vector<int>(model.begin(), model.end()));
    ASSERT_EQ(ring.back() ? ring.back()->id : -1, model.empty() ? -1 : model.back());
  }
}

}  // namespace
}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// The wheel alone, compared with an ordered map.
#include "eddy/core/timers.h"

#include <deque>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "eddy/base/random.h"

namespace eddy::detail {
namespace {

constexpr std::int64_t kFarAway = std::numeric_limits<std::int64_t>::max();

struct Timer final : TimerOp {
  explicit Timer(int n) : id(n) {}
  void fire() noexcept override {}
  int id;
};

/// What the wheel should do: by deadline, then by order of arming.
class Model {
 public:
  void add(int id, std::int64_t when) { timers_.emplace(std::pair(when, order_++), id); }
  void remove(int id) {
    std::erase_if(timers_, [&](const auto& entry) { return entry.second == id; });
  }
  int pop_due(std::int64_t now) {
    if (timers_.empty() || timers_.begin()->first.first > now) return -1;
    int id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    return id;
  }
  bool empty() const { return timers_.empty(); }
  std::size_t size() const { return timers_.size(); }
  std::int64_t next() const { return timers_.begin()->first.first; }

 private:
  std::map<std::pair<std::int64_t, int>, int> timers_;
  int order_ = 0;
};

int pop_id(TimerWheel& wheel, std::int64_t now) {
  TimerOp* timer = wheel.pop_due(now);
  return timer ? static_cast<Timer*>(timer)->id : -1;
}

TEST(TimerWheelTest, IsEmptyToBeginWith) {
  TimerWheel wheel(1000);
  EXPECT_TRUE(wheel.empty());
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_EQ(wheel.pop_due(kFarAway), nullptr);
}

TEST(TimerWheelTest, NeverFiresEarly) {
  TimerWheel wheel(0);
  Timer timer(1);
  timer.when = 4096;
  wheel.add(timer);
  EXPECT_EQ(wheel.next(), 4096);
  EXPECT_EQ(wheel.pop_due(4095), nullptr);
  EXPECT_EQ(wheel.next(), 4096);
  EXPECT_EQ(wheel.pop_due(4096), &timer);
  EXPECT_TRUE(wheel.empty());
}

TEST(TimerWheelTest, FiresByDeadlineNotByOrderOfArming) {
  TimerWheel wheel(0);
  Timer late(1);
  Timer early(2);
  late.when = 1'000'000'000;
  early.when = 5;
  wheel.add(late);
  wheel.add(early);
  EXPECT_EQ(pop_id(wheel, kFarAway), 2);
  EXPECT_EQ(pop_id(wheel, kFarAway), 1);
}

TEST(TimerWheelTest, EqualDeadlinesFireInTheOrderOfArming) {
  TimerWheel wheel(0);
  std::deque<Timer> timers;
  for (int i = 0; i < 100; ++i) {
    timers.emplace_back(i).when = 123'456'789;
    wheel.add(timers.back());
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(pop_id(wheel, 123'456'789), i);
}

TEST(TimerWheelTest, EqualDeadlinesArmedFromDifferentDistancesKeepTheirOrder) {
  TimerWheel wheel(0);
  Timer far(1);
  Timer near(2);
  far.when = near.when = 1'000'000;
  wheel.add(far);
  EXPECT_EQ(wheel.pop_due(999'999), nullptr);
  wheel.add(near);
  EXPECT_EQ(pop_id(wheel, 1'000'000), 1);
  EXPECT_EQ(pop_id(wheel, 1'000'000), 2);
}

TEST(TimerWheelTest, WhatIsPastAlreadyIsDueAtOnce) {
  TimerWheel wheel(1000);
  Timer past(1);
  Timer negative(2);
  past.when = 10;
  negative.when = -kFarAway;
  wheel.add(past);
  wheel.add(negative);
  EXPECT_LE(wheel.next(), 1000);
  EXPECT_EQ(pop_id(wheel, 1000), 1);
  EXPECT_EQ(pop_id(wheel, 1000), 2);
}

TEST(TimerWheelTest, HoldsTheLargestDeadlineThereIs) {
  TimerWheel wheel(1'000'000'000'000'000);
  Timer timer(1);
  timer.when = kFarAway;
  wheel.add(timer);
  EXPECT_EQ(wheel.next(), kFarAway);
  EXPECT_EQ(wheel.pop_due(kFarAway - 1), nullptr);
  EXPECT_EQ(wheel.pop_due(kFarAway), &timer);
}

TEST(TimerWheelTest, RemovedOnesDoNotFire) {
  TimerWheel wheel(0);
  Timer stays(1);
  Timer goes(2);
  stays.when = goes.when = 70;
  wheel.add(goes);
  wheel.add(stays);
  wheel.remove(goes);
  EXPECT_EQ(wheel.size(), 1u);
  EXPECT_EQ(pop_id(wheel, 70), 1);
  EXPECT_EQ(pop_id(wheel, 70), -1);
}

TEST(TimerWheelTest, OneThatFiresMayRemoveAnotherThatIsDueToo) {
  TimerWheel wheel(0);
  Timer first(1);
  Timer second(2);
  first.when = second.when = 5;
  wheel.add(first);
  wheel.add(second);
  EXPECT_EQ(pop_id(wheel, 10), 1);
  wheel.remove(second);
  EXPECT_EQ(pop_id(wheel, 10), -1);
  EXPECT_TRUE(wheel.empty());
}

TEST(TimerWheelTest, NextMayBeEarlyAfterARemovalButNeverLate) {
  TimerWheel wheel(0);
  Timer soon(1);
  Timer later(2);
  soon.when = 100;
  later.when = 100'000;
  wheel.add(soon);
  wheel.add(later);
  wheel.remove(soon);
  EXPECT_LE(wheel.next(), 100'000);
  EXPECT_EQ(wheel.pop_due(wheel.next()), nullptr);  // the caller looks, finds nothing, and asks again
  EXPECT_EQ(wheel.next(), 100'000);
}

// One random walk: times from a nanosecond to centuries, equal ones, past ones.
class Walk {
 public:
  explicit Walk(std::uint64_t seed)
      : random_(seed), now_(static_cast<std::int64_t>(random_.next() >> (2 + random_.below(60)))), wheel_(now_) {
    for (int i = 0; i < kTimers; ++i) timers_.emplace_back(i);
    armed_.resize(kTimers, false);
  }

  void step() {
    switch (random_.below(4)) {
      case 0:
      case 1:
        return arm();
      case 2:
        return disarm();
      default:
        return advance();
    }
  }
  void finish() {
    now_ = kFarAway;
    pop_all();
    ASSERT_TRUE(wheel_.empty());
  }

 private:
  static constexpr int kTimers = 200;

  std::int64_t some_time() {
    auto distance = static_cast<std::int64_t>(random_.next() >> (1 + random_.below(63)));
    if (random_.below(8) == 0) return now_ > kFarAway - 10 ? now_ : now_ + static_cast<std::int64_t>(random_.below(3));
    if (random_.below(16) == 0) return -distance;
    return distance > kFarAway - now_ ? kFarAway : now_ + distance;
  }
  void arm() {
    auto id = static_cast<int>(random_.below(kTimers));
    if (armed_[static_cast<std::size_t>(id)]) return;
    armed_[static_cast<std::size_t>(id)] = true;
    Timer& timer = timers_[static_cast<std::size_t>(id)];
    timer.when = some_time();
    model_.add(id, std::max(timer.when, now_));
    wheel_.add(timer);
  }
  void disarm() {
    auto id = static_cast<int>(random_.below(kTimers));
    if (!armed_[static_cast<std::size_t>(id)]) return;
    armed_[static_cast<std::size_t>(id)] = false;
    model_.remove(id);
    wheel_.remove(timers_[static_cast<std::size_t>(id)]);
  }
  void advance() {
    if (wheel_.empty()) return;
    ASSERT_LE(wheel_.next(), model_.next());
    // To the next deadline as a loop does, or somewhere else.
    now_ = random_.below(2) == 0 ? std::max(now_, wheel_.next()) : std::max(now_, some_time() / 2);
    pop_all();
    ASSERT_EQ(wheel_.size(), model_.size());
  }
  void pop_all() {
    for (;;) {
      int id = pop_id(wheel_, now_);
      ASSERT_EQ(id, model_.pop_due(now_));
      if (id < 0) return;
      ASSERT_LE(timers_[static_cast<std::size_t>(id)].when, now_);
      armed_[static_cast<std::size_t>(id)] = false;
      if (random_.below(4) == 0) disarm();
    }
  }

  Random random_;
  std::int64_t now_;
  TimerWheel wheel_;
  Model model_;
  std::deque<Timer> timers_;
  std::vector<bool> armed_;
};

TEST(TimerWheelTest, DoesWhatAnOrderedMapDoes) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Walk walk(seed);
    for (int i = 0; i < 1500; ++i) {
      walk.step();
      if (HasFatalFailure()) return;
    }
    walk.finish();
    if (HasFatalFailure()) return;
  }
}

TEST(TimerWheelTest, FindsTheEarliestAgainAfterEveryStepOfALoop) {
  TimerWheel wheel(1'000'000'000'000'000);
  Random random(7);
  std::deque<Timer> timers;
  for (int i = 0; i < 1000; ++i) {
    timers.emplace_back(i).when = 1'000'000'000'000'000 + static_cast<std::int64_t>(random.below(3'600'000'000'000));
    wheel.add(timers.back());
  }
  std::int64_t last = 0;
  int fired = 0;
  while (!wheel.empty()) {
    std::int64_t now = wheel.next();
    while (TimerOp* timer = wheel.pop_due(now)) {
      EXPECT_GE(timer->when, last);
      EXPECT_LE(timer->when, now);
      last = timer->when;
      ++fired;
    }
  }
  EXPECT_EQ(fired, 1000);
}

}  // namespace
}  // namespace eddy::detail

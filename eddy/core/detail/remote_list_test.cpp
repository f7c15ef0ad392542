// SPDX-License-Identifier: MIT
//
// Every interleaving of a small case: one thread pushes a node, one pushes two, a third takes twice. The list runs on
// an atomic whose every step waits for its turn; a depth-first search over the turns replays the case until all
// schedules have been seen.
#include "eddy/core/detail/remote_list.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

/// Runs actors one step at a time in an order given by `choices`, which it extends with first choices as it goes.
class Stepper {
 public:
  struct Choice {
    std::size_t taken;
    std::size_t options;
  };

  Stepper(std::vector<Choice>& choices, std::size_t actors) : choices_(choices), waiting_(actors), done_(actors) {}

  // An actor, before each step: gives up the turn and waits for the next.
  void step(std::size_t actor) {
    std::unique_lock lock(mutex_);
    waiting_[actor] = true;
    if (turn_ == actor) turn_ = nobody;
    changed_.notify_all();
    changed_.wait(lock, [&] { return turn_ == actor; });
    waiting_[actor] = false;
  }
  void end(std::size_t actor) {
    const std::lock_guard lock(mutex_);
    done_[actor] = true;
    turn_ = nobody;
    changed_.notify_all();
  }
  // The director: hands out turns until all are done.
  void direct() {
    std::unique_lock lock(mutex_);
    for (std::size_t depth = 0;; ++depth) {
      changed_.wait(lock, [&] { return turn_ == nobody && all_settled(); });
      std::vector<std::size_t> ready;
      for (std::size_t actor = 0; actor < done_.size(); ++actor) {
        if (!done_[actor]) ready.push_back(actor);
      }
      if (ready.empty()) return;
      if (depth == choices_.size()) choices_.push_back({0, ready.size()});
      turn_ = ready[choices_[depth].taken];
      changed_.notify_all();
    }
  }

 private:
  static constexpr std::size_t nobody = ~std::size_t{0};
  bool all_settled() const {
    for (std::size_t actor = 0; actor < done_.size(); ++actor) {
      if (!done_[actor] && !waiting_[actor]) return false;
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Choice>& choices_;
  std::vector<bool> waiting_;
  std::vector<bool> done_;
  std::size_t turn_ = nobody;
};

// The next schedule in depth-first order; false after the last.
bool advance(std::vector<Stepper::Choice>& choices) {
  while (!choices.empty() && choices.back().taken + 1 == choices.back().options) choices.pop_back();
  if (choices.empty()) return false;
  ++choices.back().taken;
  return true;
}

thread_local Stepper* stepper = nullptr;
thread_local std::size_t this_actor = 0;

template <class T>
class SteppedAtomic {
 public:
  explicit SteppedAtomic(T value) : value_(value) {}
  T load(std::memory_order) {
    turn();
    return value_;
  }
  T exchange(T value, std::memory_order) {
    turn();
    return std::exchange(value_, value);
  }
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order, std::memory_order) {
    turn();
    if (value_ == expected) {
      value_ = wanted;
      return true;
    }
    expected = value_;
    return false;
  }

 private:
  static void turn() {
    if (stepper != nullptr) stepper->step(this_actor);
  }
  T value_;
};

struct Node {
  Node* next = nullptr;
};

struct Case {
  RemoteList<Node, SteppedAtomic> list;
  Node nodes[3];
  std::vector<Node*> taken;

  void push(std::size_t first, std::size_t last) {
    for (; first < last; ++first) list.push(&nodes[first]);
  }
  void take() {
    for (Node* node = list.take_all(); node != nullptr;) {
      Node* next = node->next;
      node->next = nullptr;  // the taker may do with it what it wants
      taken.push_back(node);
      node = next;
    }
  }
};

template <class Body>
std::thread actor(Stepper& director, std::size_t index, Body body) {
  return std::thread([&director, index, body] {
    stepper = &director;
    this_actor = index;
    body();
    director.end(index);
  });
}

TEST(RemoteListTest, NoInterleavingLosesOrDoublesANode) {
  std::vector<Stepper::Choice> choices;
  std::size_t schedules = 0;
  do {
    Case test;
    Stepper director(choices, 3);
    std::thread threads[] = {
        actor(director, 0, [&] { test.push(0, 1); }),
        actor(director, 1, [&] { test.push(1, 3); }),
        actor(director, 2,
              [&] {
                test.take();
                test.take();
              }),
    };
    director.direct();
    for (std::thread& thread : threads) thread.join();
    test.take();  // what came after the last look
    ASSERT_EQ(test.taken.size(), std::size(test.nodes)) << "schedule " << schedules;
    ASSERT_EQ(std::set<Node*>(test.taken.begin(), test.taken.end()).size(), std::size(test.nodes));
    ++schedules;
  } while (advance(choices));
  RecordProperty("schedules", static_cast<int>(schedules));
  EXPECT_GT(schedules, 100u);
}

}  // namespace
}  // namespace eddy::detail

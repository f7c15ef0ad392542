// SPDX-License-Identifier: MIT
//
// A small model checker for lock-free code. The code under test is a template over its atomic; here it runs on
// StepAtomic, each of whose operations is a step. Actors are fibers of one thread, and a depth-first search replays the
// case until every order of steps has been seen.
//
// What it proves: the algorithm, under sequential consistency, for the case it was given. What it does not: that weaker
// memory orders suffice (ThreadSanitizer and the stress tests look at that) or that larger cases behave.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "eddy/base/function_ref.h"

namespace eddy::test {

/// One order of steps: give it actors, then run it.
class Schedule {
 public:
  /// Which of the actors that could go on did, at each step.
  struct Choice {
    std::size_t taken;
    std::size_t options;
  };

  Schedule(std::vector<Choice>& choices, std::size_t preemptions_max);
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;
  ~Schedule();

  void actor(std::function<void()> body);
  /// Runs all actors to their ends. False when those that are left wait for something that never comes: a lost wake-up.
  [[nodiscard]] bool run();

  // For actors.

  /// Before each atomic operation: another actor may go first. Outside of actors it does nothing.
  static void step();
  /// Waits until `ready()`, which must only look.
  static void wait_until(std::function<bool()> ready);

 private:
  struct Fiber;
  static void enter();
  void give_up_turn();

  std::vector<Fiber*> able(std::size_t preemptions_left) const;

  std::vector<Choice>& choices_;
  std::size_t preemptions_max_;
  Fiber* last_ = nullptr;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  Fiber* running_ = nullptr;
  struct Director;
  std::unique_ptr<Director> director_;
};

/// Runs `make_case`, which sets up a fresh case on the schedule, runs it and checks it, once for every interleaving, or
/// until it returns false. How many there were.
///
/// `preemptions_max` bounds how often an actor that could go on is interrupted; waiting is free. The number of orders
/// is exponential in the steps, and errors are nearly always found with two or three interruptions.
std::size_t explore(FunctionRef<bool(Schedule&)> make_case, std::size_t preemptions_max = ~std::size_t{0});

/// False where fibers cannot run: under sanitizers, which do not follow them.
bool can_explore() noexcept;

/// std::atomic, one step at a time.
template <class T>
class StepAtomic {
 public:
  StepAtomic() = default;
  explicit StepAtomic(T value) : value_(value) {}
  T load(std::memory_order = std::memory_order_seq_cst) const {
    Schedule::step();
    return value_;
  }
  void store(T value, std::memory_order = std::memory_order_seq_cst) {
    Schedule::step();
    value_ = value;
  }
  T exchange(T value, std::memory_order = std::memory_order_seq_cst) {
    Schedule::step();
    return std::exchange(value_, value);
  }
  T fetch_add(T value, std::memory_order = std::memory_order_seq_cst) {
    Schedule::step();
    return std::exchange(value_, value_ + value);
  }
  T fetch_sub(T value, std::memory_order = std::memory_order_seq_cst) {
    Schedule::step();
    return std::exchange(value_, value_ - value);
  }
  bool compare_exchange_strong(T& expected, T wanted, std::memory_order = std::memory_order_seq_cst,
                               std::memory_order = std::memory_order_seq_cst) {
    Schedule::step();
    if (value_ == expected) {
      value_ = wanted;
      return true;
    }
    expected = value_;
    return false;
  }
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order success = std::memory_order_seq_cst,
                             std::memory_order failure = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, wanted, success, failure);
  }
  /// A look that is no step: for checks and for `wait_until`.
  T peek() const { return value_; }

 private:
  T value_{};
};

}  // namespace eddy::test

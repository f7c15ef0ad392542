// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <utility>

namespace eddy::test {

/// What happened to a family of `Tracked` objects. At its end it is a test failure if some of them still live.
class Counters {
 public:
  Counters() = default;
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;
  ~Counters() { EXPECT_EQ(alive(), 0) << "Tracked objects outlive their Counters"; }

  int made = 0;       ///< from a value
  int copies = 0;     ///< constructed or assigned by copy
  int moves = 0;      ///< constructed or assigned by move
  int destroyed = 0;  ///< moved-from ones too
  int alive() const noexcept { return constructed - destroyed; }

 private:
  friend class Tracked;
  int constructed = 0;
};

/// A value that counts its copies, moves and destructions: for tests of who keeps, copies and destroys what.
///
/// `Counters counts; Tracked item(counts, 5);`. Moved-from ones have the value -1.
class Tracked {
 public:
  explicit Tracked(Counters& counters, int value = 0) noexcept : counters_(&counters), value_(value) {
    ++counters_->made;
    ++counters_->constructed;
  }
  Tracked(const Tracked& other) noexcept : counters_(other.counters_), value_(other.value_) {
    ++counters_->copies;
    ++counters_->constructed;
  }
  Tracked(Tracked&& other) noexcept : counters_(other.counters_), value_(std::exchange(other.value_, -1)) {
    ++counters_->moves;
    ++counters_->constructed;
  }
  Tracked& operator=(const Tracked& other) noexcept {  // NOLINT(bugprone-unhandled-self-assignment): harmless
    value_ = other.value_;
    ++counters_->copies;
    return *this;
  }
  Tracked& operator=(Tracked&& other) noexcept {
    value_ = std::exchange(other.value_, -1);
    ++counters_->moves;
    return *this;
  }
  ~Tracked() { ++counters_->destroyed; }

  int value() const noexcept { return value_; }
  friend bool operator==(const Tracked& a, const Tracked& b) noexcept { return a.value_ == b.value_; }

 private:
  Counters* counters_;
  int value_;
};

}  // namespace eddy::test

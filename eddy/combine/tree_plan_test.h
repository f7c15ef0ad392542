// SPDX-License-Identifier: MIT
//
// Random task trees as data: what `tree_property_test.cpp` generates, shrinks, and has interpreted by coroutines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "eddy/base/random.h"

namespace eddy::trees {

enum class Kind : std::uint8_t {
  // Leaves, the harmless ones first: what a shrunk tree is made of.
  kCheckpoint,
  kSleep,
  kThrow,
  kThrowAtOnce,
  kThrowInt,
  kCancelSomebody,
  kCancelSelf,
  // With children.
  kSequence,
  kGroup,
  kGather,
  kGatherPair,
  kGatherOutcomes,
  kRace,
  kFirstSuccess,
  kWaitFor,
  kTryFor,
  kShield,
  kFinally,
  kOnCancel,
  kOutcome,
  kDroppedOutcome,
  kRaising,
  kAsCompleted,
  kScope,
  kStart,
  kSpawnAndAwait,
  kSpawnAndOwn,
  kSpawnAndCancel,
  kSpawn,
  kEnd,
};

/// A node: what it does, two numbers for the details, and what is below it.
struct Plan {
  Kind kind = Kind::kCheckpoint;
  unsigned a = 0;
  unsigned b = 0;
  std::vector<Plan> kids;
};

/// Decisions, one after the other; zeros when they are used up, so that a shorter tape is a smaller tree.
class Tape {
 public:
  explicit Tape(std::vector<std::uint32_t> words) : words_(std::move(words)) {}
  static Tape random(std::uint64_t seed, std::size_t length) {
    Random source(seed);
    std::vector<std::uint32_t> words(length);
    for (auto& word : words) word = static_cast<std::uint32_t>(source.next());
    return Tape(std::move(words));
  }
  bool empty() const noexcept { return at_ >= words_.size(); }
  unsigned next(unsigned bound) { return empty() ? 0 : words_[at_++] % bound; }

 private:
  std::vector<std::uint32_t> words_;
  std::size_t at_ = 0;
};

inline Plan make_plan(Tape& tape, int depth) {
  constexpr auto kLeaves = static_cast<unsigned>(Kind::kSequence);
  constexpr auto kAll = static_cast<unsigned>(Kind::kEnd);
  Plan plan;
  bool leaf = depth == 0 || tape.empty();
  plan.kind = static_cast<Kind>(tape.next(leaf ? kLeaves : kAll));
  plan.a = tape.next(64);
  plan.b = tape.next(64);
  if (static_cast<unsigned>(plan.kind) < kLeaves) return plan;
  for (unsigned count = 1 + tape.next(3); count > 0; --count) plan.kids.push_back(make_plan(tape, depth - 1));
  return plan;
}

/// For a failure's message: `8(3,17)[0() 1(2,3)]`.
inline std::string to_string(const Plan& plan) {
  std::string text =
      std::to_string(static_cast<int>(plan.kind)) + "(" + std::to_string(plan.a) + "," + std::to_string(plan.b) + ")";
  if (plan.kids.empty()) return text;
  text += "[";
  for (const Plan& kid : plan.kids) text += to_string(kid) + " ";
  text.back() = ']';
  return text;
}

}  // namespace eddy::trees

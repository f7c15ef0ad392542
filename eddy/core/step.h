// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::detail {

struct PromiseBase;
class Node;

/// Who continues when an operation ends: a coroutine (its promise) or a receiver (a combinator or a task state).
///
/// One word: the lowest bit tells the two apart, two more carry a small tag for whoever stores the word.
class Cont {
 public:
  constexpr Cont() noexcept = default;
  explicit Cont(PromiseBase& coroutine) noexcept : bits_(reinterpret_cast<std::uintptr_t>(&coroutine)) {}
  explicit Cont(Node& receiver) noexcept : bits_(reinterpret_cast<std::uintptr_t>(&receiver) | kReceiver) {}

  bool is_receiver() const noexcept { return (bits_ & kReceiver) != 0; }
  explicit operator bool() const noexcept { return (bits_ & ~kLowBits) != 0; }
  PromiseBase* coroutine() const noexcept { return reinterpret_cast<PromiseBase*>(bits_ & ~kLowBits); }
  Node* receiver() const noexcept { return reinterpret_cast<Node*>(bits_ & ~kLowBits); }

  unsigned tag() const noexcept { return static_cast<unsigned>(bits_ & kTag) >> 1; }
  void set_tag(unsigned tag) noexcept { bits_ = (bits_ & ~kTag) | (static_cast<std::uintptr_t>(tag) << 1); }
  Cont untagged() const noexcept {
    Cont plain = *this;
    plain.bits_ &= ~kTag;
    return plain;
  }

 private:
  static constexpr std::uintptr_t kReceiver = 1;
  static constexpr std::uintptr_t kTag = 6;
  static constexpr std::uintptr_t kLowBits = 7;
  std::uintptr_t bits_ = 0;
};

/// What the trampoline does next: nothing, resume somebody, or unwind somebody (destroy its frame, or tell a receiver
/// that its child was cancelled).
struct Step {
  enum Act : std::uint8_t { kNone, kResume, kUnwind };

  Act act = kNone;
  Cont to;

  static Step none() noexcept { return {}; }
  static Step resume(Cont to) noexcept { return {kResume, to}; }
  static Step unwind(Cont to) noexcept { return {kUnwind, to}; }
};

}  // namespace eddy::detail

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
  friend class Step;
  static constexpr std::uintptr_t kReceiver = 1;
  static constexpr std::uintptr_t kTag = 6;
  static constexpr std::uintptr_t kLowBits = 7;
  std::uintptr_t bits_ = 0;
};

/// What the trampoline does next: nothing, resume somebody, or unwind somebody (destroy its frame, or tell a receiver
/// that its child was cancelled). One word, so that it travels in a register.
class Step {
 public:
  enum Act : std::uint8_t { kResumeCoroutine = 0, kResumeReceiver = 1, kUnwindCoroutine = 2, kUnwindReceiver = 3 };

  constexpr Step() noexcept = default;
  static Step none() noexcept { return {}; }
  static Step resume(Cont to) noexcept { return Step(to.untagged()); }
  static Step unwind(Cont to) noexcept {
    to.set_tag(kUnwind);
    return Step(to);
  }

  explicit operator bool() const noexcept { return static_cast<bool>(to_); }
  /// Only when it is not none.
  Act act() const noexcept { return static_cast<Act>(to_.bits_ & kAct); }
  Cont to() const noexcept { return to_.untagged(); }
  PromiseBase* coroutine() const noexcept { return to_.coroutine(); }
  Node* receiver() const noexcept { return to_.receiver(); }
  bool resumes_coroutine() const noexcept { return *this && act() == kResumeCoroutine; }

 private:
  static constexpr unsigned kUnwind = 1;  // as a tag
  static constexpr std::uintptr_t kAct = 3;
  explicit Step(Cont to) noexcept : to_(to) {}
  Cont to_;
};

}  // namespace eddy::detail

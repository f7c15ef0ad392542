// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eddy/base/ring.h"
#include "eddy/core/node.h"

namespace eddy::detail {

/// A region of the await tree that can be cancelled as one.
///
/// 1. The scopes of a strand form a chain from `strand.top` through `up` to `strand.root`, whose `up` is the owner of
///    the strand: the chain crosses into the parent. All but objects in frames (`kDetached`) nest like the code does;
///    an object may stay on top of a scope that ends, and then stands where that stood. It is transparent: effective
///    when what it stands on is.
/// 2. `kEffective` means "an await here ends as cancelled". It is set by a cancel of this scope or of an outer one that
///    no shield hides, and is never cleared: cancellation is a level, not an edge.
struct CancelScope {
  enum Flag : std::uint32_t {
    kRequested = 1,      ///< this very scope was cancelled
    kEffective = 2,      ///< cancellation is visible here
    kShield = 4,         ///< hides cancellation from outside
    kOwner = 8,          ///< an Owner
    kDetached = 16,      ///< an Owner that is an object in a frame rather than an await in progress
    kHard = 32,          ///< cancelled through shields: the loop is closing and waits no longer
    kStarted = 64,       ///< of a strand's root: it has been dispatched
    kEnded = 128,        ///< of a strand's root: its body has ended
    kTimed = 1U << 29,   ///< a Timeout
    kHosts = 1U << 30,   ///< of a strand's root: detached owners have stood on it
    kFirstFree = 256,    ///< flags from here belong to whoever embeds the scope
    kMark = 127U << 19,  ///< of a strand's root: see `Strand::mark`
  };

  CancelScope* up = nullptr;
  std::uint32_t flags = 0;
  std::uint32_t refs = 0;  ///< of a task's root scope: the task's reference count

  bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
  bool effective() const noexcept { return has(kEffective); }
};

class Owner;

/// One line of execution inside a task: the task itself, or a branch of a `gather`.
///
/// 64 bytes, since there may be millions: before the start the node is in a queue, afterwards the same word is the
/// chain of scopes; the word of the leaf serves whoever embeds the strand before the start and after the end.
class Strand : public Node {
 public:
  Strand() noexcept = default;
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  CancelScope root;

  Strand* on_behalf() noexcept final { return this; }
  Owner* owner() const noexcept;
  bool started() const noexcept { return root.has(CancelScope::kStarted); }

  /// What it waits at; null while it runs, before it starts and after it ended.
  Op* leaf() const noexcept {
    constexpr std::uint32_t kLife = CancelScope::kStarted | CancelScope::kEnded;
    return (root.flags & kLife) == CancelScope::kStarted ? word_.leaf : nullptr;
  }
  void wait_at(Op& leaf) noexcept { word_.leaf = &leaf; }
  void resume_from_leaf() noexcept { word_.leaf = nullptr; }

  /// The innermost scope.
  CancelScope* top() noexcept { return started() ? innermost : &root; }
  const CancelScope* top() const noexcept { return started() ? innermost : &root; }
  /// Whether an await of the running strand ends as cancelled.
  bool cancelled() const noexcept { return innermost->effective(); }
  /// … whatever shields or looks at it: the loop closes and has waited long enough.
  bool cancelled_hard() const noexcept { return innermost->has(CancelScope::kHard); }

  void push(CancelScope& scope) noexcept {
    scope.up = innermost;
    if (!scope.has(CancelScope::kShield)) scope.flags |= innermost->flags & CancelScope::kEffective;
    scope.flags |= innermost->flags & CancelScope::kHard;
    if (scope.has(CancelScope::kHard)) scope.flags |= CancelScope::kEffective;
    innermost = &scope;
  }
  void pop(CancelScope& scope) noexcept {
    if (innermost == &scope) {
      innermost = scope.up;
    } else {
      unlink(scope);
    }
  }

  /// Tells it from a strand that was at the same address before; given when first asked for, and not zero. There are
  /// few, so they come again: for messages.
  std::uint32_t mark() noexcept {
    if (!root.has(CancelScope::kMark)) [[unlikely]]
      root.flags |= next_mark();
    return root.flags & CancelScope::kMark;
  }

  Strand* ring_next() const noexcept { return next_kid_; }
  Strand* ring_prev() const noexcept { return prev_kid_; }
  void set_ring_next(Strand* kid) noexcept { next_kid_ = kid; }
  void set_ring_prev(Strand* kid) noexcept { prev_kid_ = kid; }

 protected:
  ~Strand() = default;

  /// First thing in its first dispatch.
  void begin_strand() noexcept {
    root.flags |= CancelScope::kStarted;
    innermost = &root;
    word_.leaf = nullptr;
  }

  /// A word for whoever embeds the strand, while there is no leaf.
  union Word {
    Op* leaf = nullptr;
    void* pointer;
    alignas(void*) unsigned char bytes[sizeof(void*)];
  };
  Word word_;

 private:
  friend struct DebugLayout;
  void unlink(CancelScope& scope) noexcept;
  static std::uint32_t next_mark() noexcept;

  Strand* prev_kid_ = nullptr;
  Strand* next_kid_ = nullptr;
};

/// Who has taken something, such as a lock. The strand may have ended since, and may be gone: it can only be compared
/// with one that lives.
class Taker {
 public:
  void set(Strand* by) noexcept {
    strand_ = by;
    mark_ = by ? by->mark() : 0;
  }
  /// Nobody, or a callback outside of tasks.
  bool unknown() const noexcept { return strand_ == nullptr; }
  bool is(const Strand& living) const noexcept {
    return strand_ == &living && mark_ == (living.root.flags & CancelScope::kMark);
  }
  const Strand* address() const noexcept { return strand_; }

 private:
  const Strand* strand_ = nullptr;
  std::uint32_t mark_ = 0;
};

/// A scope that has children: task groups, gathers, the loop itself.
///
/// 1. Every child strand has `root.up == this` and is in `kids` until it ended.
/// 2. The owner does not end before `kids` is empty.
class Owner : public CancelScope {
 public:
  Owner() noexcept { flags = kOwner; }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  /// A child has ended and left `kids`. The step continues the owner's own strand, if that was the last thing it
  /// waited for.
  virtual Step kid_ended(Strand& kid) noexcept = 0;

  /// Its scope was cancelled, and the children are about to be.
  virtual void on_scope_cancelled() noexcept {}

  /// A child that it keeps from starting was cancelled: nothing to wait for any more.
  virtual void release(Strand&) noexcept {}

  void adopt(Strand& kid) noexcept {
    kid.root.up = this;
    kid.root.flags |= flags & (kEffective | kHard);
    kids.push_back(kid);
  }

  Ring<Strand> kids;
  Strand* host = nullptr;       ///< the strand it stands on; null for the loop's own
  Owner* next_visit = nullptr;  ///< in the worklist of a cancel
  Op* when_empty = nullptr;     ///< the unwinding that goes on when the last child has ended (detached owners)

 protected:
  ~Owner() = default;
};

inline Owner* Strand::owner() const noexcept { return static_cast<Owner*>(root.up); }

/// Cancels a scope on a strand: marks it and everything visible below it, and asks every leaf below to stop.
///
/// Iterative, allocates nothing, runs no user code: what was stopped unwinds when the loop dispatches it.
void cancel_scope(Strand& strand, CancelScope& scope) noexcept;

/// The same, through shields: nothing but a value that is ready already survives it.
void cancel_scope_hard(Strand& strand, CancelScope& scope) noexcept;

/// A link in the worklist of a cancel: a task that is to be cancelled because somebody who answers for it was.
struct CancelRequest {
  Strand* strand = nullptr;
  CancelRequest* next = nullptr;
};

/// Cancels a whole strand; from inside another cancel it joins that one's worklist, so chains of any length need no
/// stack.
void cancel_strand(CancelRequest& request, Strand& strand) noexcept;

/// The frames of a cancelled strand may have to wait for children of objects in them (`Detached`): then true, and the
/// unwinding goes on by itself when these have ended.
bool park_unwinding(Strand& strand, Cont to) noexcept;

/// Cancels every child of an owner (not the strand it stands on).
void cancel_kids(Owner& owner, bool hard = false) noexcept;

/// The loop a strand, or an owner, belongs to.
Loop& loop_of(const Strand& strand) noexcept;
Loop& loop_of(const Owner& owner) noexcept;

inline bool Op::begin(Strand& strand, Cont cont) noexcept {
  enter(strand, cont);
  strand.wait_at(*this);
  if (strand.cancelled()) [[unlikely]] {
    begin_stopped();
    return false;
  }
  set_state(kArmed);
  return true;
}

}  // namespace eddy::detail

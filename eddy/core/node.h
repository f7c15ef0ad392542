// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstdint>
#include <utility>

#include "eddy/core/running.h"
#include "eddy/core/step.h"

namespace eddy::detail {

struct CancelScope;
struct OpDescription;
class Strand;

/// Anything the loop can call: an entry of the ready queue, a timer, a receiver of somebody's end.
///
/// Sixteen bytes. One vtable serves all roles because most nodes play several: a task is queued to start and receives
/// the end of its coroutine; a group receives the end of its body and is the leaf its task waits at.
class Node {
 public:
  /// The loop dispatches it from the ready queue.
  virtual void run() noexcept;
  /// What it waited for ended in a value or an error.
  virtual Step child_done() noexcept;
  /// What it waited for was cancelled; its frames are gone.
  virtual Step child_cancelled() noexcept;
  /// Its scope was cancelled while it was what the strand waits at.
  virtual void cancel() noexcept;
  /// What it waited for has come: a deadline, the end of a task.
  virtual void fire() noexcept;
  /// The loop closes: it is taken out of where it waited, never to run.
  virtual void discard() noexcept;
  /// Who continues after it: the next row of an async stack trace.
  virtual Cont continuation() const noexcept;
  /// Of a node that is queued: whose turn it is; null when no task's.
  virtual Strand* on_behalf() noexcept;
  /// Of what a task waits at, armed, or with children that run: what that is, for whoever looks from outside.
  virtual void describe(OpDescription& to) const;

  union {
    Node* queue_next = nullptr;  ///< in the ready queue, or in a ring
    CancelScope* innermost;      ///< of a strand that runs, and so is in no queue any more
  };

 protected:
  Node() = default;
  ~Node() = default;
};

/// A leaf or combinator that a strand waits at.
///
/// States: idle → armed → ready or stopped → (dispatched) idle.
/// 1. Idle: not started, may be moved. Everything else: pinned.
/// 2. Armed: linked wherever it waits; `cancel()` unlinks it and makes it stopped.
/// 3. Ready: granted and queued, but revocable: `cancel()` gives the grant back and makes it stopped. The value is
///    taken only in `take()`, when the waiter runs, so nothing is lost in between.
/// 4. Stopped: queued; its dispatch unwinds the frames above it.
class Op : public Node {
 public:
  enum State : unsigned { kIdle, kArmed, kReady, kStopped };

  Op() = default;
  Op(Op&& other) noexcept : Node() {
    assert(other.state() == kIdle && "an operation that has started cannot be moved");
    (void)other;
  }
  Op& operator=(Op&&) = delete;

  State state() const noexcept { return static_cast<State>(cont_.tag()); }
  Strand& strand() const noexcept { return *strand_; }
  Cont cont() const noexcept { return cont_.untagged(); }
  Cont continuation() const noexcept override { return cont(); }
  Strand* on_behalf() noexcept override { return strand_; }
  void run() noexcept override;

  /// Armed → ready: the waiter is queued.
  void grant() noexcept;
  /// Armed or ready → stopped: the waiter is queued to be unwound.
  void stop() noexcept;

  Op* ring_next() const noexcept { return static_cast<Op*>(queue_next); }
  Op* ring_prev() const noexcept { return prev_; }
  void set_ring_next(Op* op) noexcept { queue_next = op; }
  void set_ring_prev(Op* op) noexcept { prev_ = op; }

 protected:
  ~Op() = default;

  /// Remembers who waits and makes this the strand's leaf. False when the scope is cancelled already: the operation
  /// has been queued as stopped and must not arm.
  bool begin(Strand& strand, Cont cont) noexcept;
  /// Remembers who waits, without waiting itself: for combinators whose child does the waiting.
  void enter(Strand& strand, Cont cont) noexcept {
    strand_ = &strand;
    cont_ = cont;
  }
  void set_state(State state) noexcept { cont_.set_tag(state); }

 private:
  friend struct DebugLayout;
  void post() noexcept;
  void begin_stopped() noexcept;

  Op* prev_ = nullptr;
  Strand* strand_ = nullptr;
  Cont cont_;
};

}  // namespace eddy::detail

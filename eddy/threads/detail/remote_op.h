// SPDX-License-Identifier: MIT
//
// Life: idle ── leave() ──▶ away (armed) ── send_home(), any thread ──▶ in the loop's inbox
//       ── run() ──▶ ready or stopped
// 1. While it is away and somebody works on it the loop counts it as outside work; whoever has it may touch it
//    until it sends it home.
// 2. A cancel cannot make it stopped at once while somebody else has it: it asks them to end, or takes it back first
//    (recall). What it ends as is decided on the loop, in `arrive`.
#pragma once

#include "eddy/core/awaitable.h"

namespace eddy::detail {

/// An operation that goes to another thread and comes back. The base of everything in this room that a task awaits.
class RemoteOp : public Op {
 public:
  RemoteOp() = default;
  RemoteOp(RemoteOp&&) = default;

  void run() noexcept final;

 protected:
  ~RemoteOp() = default;

  /// Whether somebody is at work on it; false for what merely waits, and may wait for ever.
  enum class Outside : bool { kNo, kYes };
  /// Arms it and counts it as outside. False when the scope is cancelled already.
  [[nodiscard]] bool leave(Strand& strand, Cont cont, Outside outside = Outside::kYes) noexcept;
  /// Nobody else has it any more, and nobody sent it home: the caller grants or stops it.
  void recall() noexcept;
  /// Any thread: posts it to its loop. The last touch: it may be gone before this returns.
  void send_home() noexcept;
  /// It is back, on its loop: true if it has a result to take, false if it ends as cancelled.
  virtual bool arrive() noexcept = 0;

  Loop& loop() const noexcept { return *loop_; }

 private:
  Loop* loop_ = nullptr;
  bool away_ = false;
  bool counts_ = false;

 protected:
  bool cancelled_ = false;  ///< a cancel came while somebody else had it; for `arrive`
};

}  // namespace eddy::detail

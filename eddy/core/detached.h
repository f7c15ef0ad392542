// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/scope.h"

namespace eddy::detail {

/// The base of objects in a frame that own running children: `as_completed`, `map_async`, `Scope`.
///
/// 1. Attached to the strand that made it, it is on that strand's scope chain: cancelling an enclosing scope
///    cancels its children, and the frames around it are destroyed only after they have ended.
/// 2. Destroyed (or left) with children still running, it cancels them and hands them to the task, which ends only
///    after they did. They may outlive the object, so children must own what they touch.
/// 3. When the innermost scope it was made in ends before it does, it stands on the next one around that. It is never
///    cancelled by itself, only with what it stands on.
/// 4. Made outside of any task, its children are the loop's.
class Detached : public Owner {
 public:
  Step kid_ended(Strand& kid) noexcept override;

  /// The strand it stands on has ended before it: it goes to the strand around that one (of a branch), or to the loop.
  void leave_strand() noexcept;
  /// From now on it is cancelled when `scope` is, whatever it stood on before.
  void stand_on(const CancelScope& scope) noexcept;
  /// The loop it belongs to closes.
  virtual void leave_loop() noexcept { abandon(); }

  Detached* ring_next() const noexcept { return next_object_; }
  Detached* ring_prev() const noexcept { return prev_object_; }
  void set_ring_next(Detached* object) noexcept { next_object_ = object; }
  void set_ring_prev(Detached* object) noexcept { prev_object_ = object; }

 protected:
  Detached() noexcept { flags |= kDetached; }
  ~Detached() { abandon(); }

  /// Joins the strand that runs now, or the loop; called before the first child.
  void attach();
  bool attached() const noexcept { return up != nullptr; }
  /// Cancels what still runs and leaves it to the task.
  void abandon() noexcept;
  /// A child has left `kids`: for whoever waits for them.
  virtual void on_kid_ended(Strand&) noexcept {}

 private:
  friend struct DebugLayout;
  void join_loop(Loop& loop) noexcept;

  Detached* prev_object_ = nullptr;
  Detached* next_object_ = nullptr;
  bool listed_ = false;  ///< among the loop's objects
};

}  // namespace eddy::detail

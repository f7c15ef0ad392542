// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <source_location>

#include "eddy/base/ring.h"
#include "eddy/core/time_point.h"

namespace eddy {

class Loop;

namespace detail {
class Node;
class Strand;
class TaskBase;
}  // namespace detail

/// What came before a turn of a loop.
struct LoopTurn {
  detail::Nanos slept_at;  ///< when the turn before had ended, on the monotonic clock
  detail::Nanos woke_at;   ///< when this one began
  detail::Nanos late;  ///< by how much the latest of the timers that are due has missed its time, on the loop's clock
  std::size_t ready;   ///< how many wait to be dispatched, counted up to `kReadyMax`
  static constexpr std::size_t kReadyMax = 1024;
};

/// Advanced: sees a loop at work: for monitors and traces.
///
/// Told on the loop's thread, between the user's code; it must not run any, nor throw. A loop without observers pays
/// one test for each dispatch, with them, clock readings as well. Attached to one loop at a time, and detached by its
/// destructor or by the closing of the loop, whichever comes first. All times are of the monotonic clock, also in
/// virtual time.
class LoopObserver {
 public:
  LoopObserver(const LoopObserver&) = delete;
  LoopObserver& operator=(const LoopObserver&) = delete;

  /// From now on. Of each task that is there already it is told as of one that starts, of the dispatch in which a task
  /// attaches it as of one that begins here. Loop's thread; not from within a notification.
  void attach(Loop& loop);
  void detach() noexcept;
  Loop* attached_to() const noexcept { return loop_; }

 protected:
  LoopObserver() = default;
  ~LoopObserver() { detach(); }

 private:
  friend class Loop;
  friend class detail::Ring<LoopObserver>;

  /// A turn begins: everything that has arrived is in the queue.
  virtual void on_turn(const LoopTurn&) noexcept {}
  /// Everything that was to be dispatched in this turn has been; the loop looks at the kernel, and maybe sleeps.
  virtual void on_turn_end(detail::Nanos) noexcept {}
  /// Before and after a dispatch; the node may be gone afterwards.
  virtual void on_dispatch(detail::Node&, detail::Nanos) noexcept {}
  virtual void on_dispatch_end(detail::Nanos) noexcept {}
  /// A task, or a branch of one, was made, and will be dispatched. Told after the dispatch that made it. Each that is
  /// observed (`kObserved`) has one start and one end; branches that were there before are not.
  virtual void on_start(detail::Strand&, detail::Nanos) noexcept {}
  /// In a task's first dispatch: its body begins, and says where it stands; null for one that is no coroutine. Not told
  /// of a task that was cancelled before.
  virtual void on_begin(detail::TaskBase&, const std::source_location*) noexcept {}
  /// A task or branch, or a region in it, is asked to end.
  virtual void on_cancel(detail::Strand&, detail::Nanos) noexcept {}
  /// A task is done, its result is in place; or a branch has ended. `next` is the one that was waiting for that, if it
  /// goes on within the same dispatch.
  virtual void on_end(detail::Strand&, detail::Strand* next, detail::Nanos) noexcept { (void)next; }
  /// The loop has closed; this is detached.
  virtual void on_close() noexcept {}

  void show_dispatch(bool first) noexcept;
  static void end_unobserved_dispatch(Loop& loop, detail::Node* next) noexcept;

  LoopObserver* ring_next() const noexcept { return next_; }
  LoopObserver* ring_prev() const noexcept { return prev_; }
  void set_ring_next(LoopObserver* next) noexcept { next_ = next; }
  void set_ring_prev(LoopObserver* prev) noexcept { prev_ = prev; }

  Loop* loop_ = nullptr;
  LoopObserver* next_ = nullptr;
  LoopObserver* prev_ = nullptr;
};

}  // namespace eddy

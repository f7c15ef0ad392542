// SPDX-License-Identifier: MIT
//
// 1. `began` is not 0 exactly while something is dispatched. Other threads may read it, and the limits, at any time.
// 2. A dispatch ends when the next one begins, so that each costs one look at a clock: at a coarse one, unless the
// limit
//    is too small for that.
// 3. A note of a cancel lives from the cancel of a task that runs to that task's end, and is in `cancels_` until it was
//    reported.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <string>

#include "eddy/base/ring.h"
#include "eddy/core/node.h"
#include "eddy/core/time_point.h"
#include "eddy/core/watched_dispatch.h"

namespace eddy {

class Loop;

namespace detail {

class DebugMode;

/// That a task was cancelled, and what it does about it. Owned by the task; taken off the list when it dies.
class CancelNote {
 public:
  CancelNote(DebugMode& of, TaskBase& task, Nanos at) noexcept;
  CancelNote(const CancelNote&) = delete;
  CancelNote& operator=(const CancelNote&) = delete;
  ~CancelNote();

  CancelNote* ring_next() const noexcept { return next_; }
  CancelNote* ring_prev() const noexcept { return prev_; }
  void set_ring_next(CancelNote* note) noexcept { next_ = note; }
  void set_ring_prev(CancelNote* note) noexcept { prev_ = note; }

 private:
  friend DebugMode;
  DebugMode* listed_in_;  ///< null once it is off the list
  TaskBase& task_;
  Nanos at_;
  std::uint32_t ignored_ = 0;  ///< awaits that began, and ended, cancelled since
  CancelNote* next_ = nullptr;
  CancelNote* prev_ = nullptr;
};

/// What a loop in debug mode keeps: the dispatch in progress, and who cleans up since when.
///
/// Owned by its loop, made when debug mode is turned on for the first time. The loop's thread only, but for what is
/// said to be for the watchdog.
class DebugMode {
 public:
  /// A task that has been cancelled may begin that many awaits, all of which end at once, before it counts as one that
  /// ignores its cancel: more than any cleanup has, and nothing for a loop that never ends.
  static constexpr std::uint32_t kIgnoredCancels = 100;

  explicit DebugMode(Loop& loop) noexcept;
  DebugMode(const DebugMode&) = delete;
  DebugMode& operator=(const DebugMode&) = delete;
  ~DebugMode();

  /// A run of the loop begins, on this thread.
  void enter();
  /// Runs the node; reports it if that took long.
  void dispatch(Node& node) noexcept;
  /// Nothing is dispatched from now on.
  void rest() noexcept { began_.store(0, std::memory_order_relaxed); }
  void limit_changed() noexcept;

  void note_cancel(TaskBase& task) noexcept;
  void note_ignored_cancel(Strand& strand, Cont waiter) noexcept;
  /// Reports the tasks that have cleaned up for too long.
  void look_at_cleanups() noexcept;
  /// A task of this loop, which runs, is woken on a thread without one. Any thread; prints, since the handler is the
  /// loop's.
  void report_wrong_thread(Strand& strand) noexcept;
  /// The loop closes: tasks that it owns and that have not started will not.
  void report_never_run(const Owner& owner) noexcept;

  // For the watchdog, from its thread.

  /// When the dispatch in progress began, on the monotonic clock, give or take a tick; 0 when there is none.
  Nanos began() const noexcept { return began_.load(std::memory_order_relaxed); }
  Nanos slow_callback() const noexcept { return limit_.load(std::memory_order_relaxed); }
  /// When `look_at_cleanups` will have something to say, on the loop's clock; kForever if never.
  Nanos next_look() const noexcept { return next_look_.load(std::memory_order_relaxed); }
  /// Which thread runs the loop, or has last done so: its kernel's number; 0 for none.
  int thread() const noexcept { return thread_.load(std::memory_order_relaxed); }

  // For the watchdog, on the loop's thread.

  /// Called by `enter`.
  void (*on_enter)() = nullptr;
  const WatchedDispatch& current() const noexcept { return current_; }

  // Of the debug room, where that is linked.

  /// Where the calling thread is in the program's own code: "at app.cpp:40 in crunch"; may be empty.
  std::string (*own_place)() = nullptr;

 private:
  friend CancelNote;
  Nanos clock() const noexcept;
  void report_slow(Nanos begin, Nanos end) noexcept;
  void end_dispatch(Nanos end) noexcept;
  void check_loop(Strand& strand) noexcept;
  void report_cleanup(TaskBase& task) noexcept;
  void publish_next_look() noexcept;

  std::atomic<Nanos> began_{0};
  std::atomic<Nanos> limit_{0};
  bool precise_ = false;
  WatchedDispatch current_;
  Loop& loop_;
  Ring<CancelNote> cancels_;  ///< the earliest first
  std::atomic<Nanos> next_look_{kForever};
  std::atomic<int> thread_{0};
  bool entered_room_ = false;
  bool wrong_loop_reported_ = false;
  std::atomic<bool> wrong_thread_reported_{false};
};

/// That of the loop that runs here, or is told to; null unless it is in debug mode.
DebugMode* debug_mode_here() noexcept;

}  // namespace detail
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eddy/base/ring.h"
#include "eddy/core/node.h"

namespace eddy::detail {

/// Something with a deadline: a sleep, a timeout, a `call_later`. `fire()` is called at or after `when`, never before.
/// While it waits for `TimerWheel::settle`, `when` is the negated delay.
class TimerOp : public Op {
 public:
  TimerOp() = default;
  TimerOp(TimerOp&&) = default;
  std::int64_t when = 0;

 protected:
  ~TimerOp() = default;
};

/// A radix wheel of timers: arm and cancel are O(1) at nanosecond precision; a timer is moved at most once per level.
///
/// 1. `cursor_` never decreases; every armed timer has `when >= cursor_`.
/// 2. A timer's level is the highest 6-bit digit in which `when` differs from `cursor_`, its slot that digit of `when`.
///    Advancing keeps this true for all timers but those in the slots it enters, and these are moved down. So the slot
///    of a timer can be computed from `when` at any time, and nothing about it need be stored.
/// 3. A delay, as opposed to a deadline, counts from the end of the turn in which it was armed: it waits in
///    `fresh_` until `settle` tells the time. One look at the clock serves a whole turn, a timeout that is over within
///    its turn costs a link and an unlink, and no timer is charged for what other tasks did to the loop meanwhile.
/// 4. Timers of one slot are in the order in which they were armed: equal deadlines fire first in, first out.
class TimerWheel {
 public:
  explicit TimerWheel(std::int64_t now) noexcept : cursor_(now) {}

  bool empty() const noexcept { return count_ == 0; }
  std::size_t size() const noexcept { return count_; }

  /// Arms for the deadline `timer.when`.
  void add(TimerOp& timer) noexcept;
  /// Arms for `delay` > 0 from the end of this turn.
  void add_after(TimerOp& timer, std::int64_t delay) noexcept {
    timer.when = -delay;
    fresh_.push_back(timer);
    ++count_;
  }
  /// Ends the turn: delays become deadlines.
  void settle(std::int64_t now) noexcept;
  bool settled() const noexcept { return fresh_.empty(); }
  /// The same for one timer whose deadline somebody asks for.
  void settle_one(TimerOp& timer, std::int64_t now) noexcept;
  void remove(TimerOp& timer) noexcept;

  /// The earliest deadline. Only when settled and not empty. May be early by a cancelled timer (never late): the caller
  /// waits again.
  std::int64_t next() noexcept;

  /// Takes out the next timer that is due at `now`, in order of deadline, then of arming; null when there is none left.
  /// One at a time, so that firing one may cancel another that is due as well.
  TimerOp* pop_due(std::int64_t now) noexcept;

 private:
  friend struct DebugLayout;
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = (64 + kBits - 1) / kBits;

  struct Level {
    std::uint64_t used = 0;  ///< bit i: slot i is not empty
    Ring<Op> slots[kSlots];
  };

  unsigned level_of(std::int64_t when) const noexcept;
  static unsigned digit(std::int64_t when, unsigned level) noexcept {
    return static_cast<unsigned>(static_cast<std::uint64_t>(when) >> (level * kBits)) & (kSlots - 1);
  }
  void place(TimerOp& timer, std::int64_t deadline) noexcept;
  void insert(TimerOp& timer) noexcept;
  void extract(TimerOp& timer) noexcept;
  unsigned lowest_level() const noexcept;
  std::int64_t slot_start(unsigned level, unsigned slot) const noexcept;
  void move_down(unsigned level, unsigned slot) noexcept;

  Ring<Op> fresh_;
  std::int64_t cursor_;
  std::size_t count_ = 0;
  std::int64_t cached_next_ = -1;  ///< a lower bound of the earliest deadline, or -1
  std::uint32_t levels_used_ = 0;
  Level levels_[kLevels];
};

}  // namespace eddy::detail

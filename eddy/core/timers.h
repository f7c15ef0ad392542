// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "eddy/base/ring.h"
#include "eddy/core/node.h"

namespace eddy::detail {

/// Something with a deadline: a sleep, a timeout, a `call_later`. `fire()` is called at or after `when`, never before.
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
/// 3. Timers of one slot are in the order in which they were armed: equal deadlines fire first in, first out.
class TimerWheel {
 public:
  explicit TimerWheel(std::int64_t now) noexcept : cursor_(now) {}

  bool empty() const noexcept { return count_ == 0; }
  std::size_t size() const noexcept { return count_; }

  void add(TimerOp& timer) noexcept;
  void remove(TimerOp& timer) noexcept;

  /// The earliest deadline. Only when not empty. May be early by a cancelled timer (never late): the caller waits again.
  std::int64_t next() noexcept;

  /// Takes out the next timer that is due at `now`, in order of deadline, then of arming; null when there is none left.
  /// One at a time, so that firing one may cancel another that is due as well.
  TimerOp* pop_due(std::int64_t now) noexcept;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = (64 + kBits - 1) / kBits;

  struct Level {
    std::uint64_t used = 0;  ///< bit i: slot i is not empty
    std::array<Ring<Op>, kSlots> slots;
  };

  unsigned level_of(std::int64_t when) const noexcept;
  static unsigned digit(std::int64_t when, unsigned level) noexcept {
    return static_cast<unsigned>(static_cast<std::uint64_t>(when) >> (level * kBits)) & (kSlots - 1);
  }
  void insert(TimerOp& timer) noexcept;
  void extract(TimerOp& timer) noexcept;
  unsigned lowest_level() const noexcept;
  std::int64_t slot_start(unsigned level, unsigned slot) const noexcept;
  void move_down(unsigned level, unsigned slot) noexcept;

  std::int64_t cursor_;
  std::size_t count_ = 0;
  std::int64_t cached_next_ = -1;  ///< a lower bound of the earliest deadline, or -1
  std::uint32_t levels_used_ = 0;
  std::array<Level, kLevels> levels_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/core/timers.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "eddy/core/time_point.h"

namespace eddy::detail {

unsigned TimerWheel::level_of(std::int64_t when) const noexcept {
  auto differing = static_cast<std::uint64_t>(when ^ cursor_);
  return static_cast<unsigned>(std::bit_width(differing | 1) - 1) / kBits;
}

void TimerWheel::insert(TimerOp& timer) noexcept {
  unsigned level = level_of(timer.when);
  unsigned slot = digit(timer.when, level);
  levels_[level].slots[slot].push_back(timer);
  levels_[level].used |= std::uint64_t{1} << slot;
  levels_used_ |= 1U << level;
}

void TimerWheel::extract(TimerOp& timer) noexcept {
  unsigned index = level_of(timer.when);
  unsigned slot = digit(timer.when, index);
  Level& level = levels_[index];
  level.slots[slot].erase(timer);
  if (!level.slots[slot].empty()) return;
  level.used &= ~(std::uint64_t{1} << slot);
  if (level.used == 0) levels_used_ &= ~(1U << index);
}

void TimerWheel::place(TimerOp& timer, std::int64_t deadline) noexcept {
  timer.when = std::max(deadline, cursor_);
  if (levels_used_ == 0 || timer.when < cached_next_) cached_next_ = timer.when;
  insert(timer);
}

void TimerWheel::add(TimerOp& timer) noexcept {
  place(timer, timer.when);
  ++count_;
}

void TimerWheel::settle(std::int64_t now) noexcept {
  while (Op* op = fresh_.pop_front()) {
    auto& timer = static_cast<TimerOp&>(*op);
    place(timer, saturating_add(now, -timer.when));
  }
}

void TimerWheel::settle_one(TimerOp& timer, std::int64_t now) noexcept {
  if (timer.when >= 0) return;
  fresh_.erase(timer);
  place(timer, saturating_add(now, -timer.when));
}

void TimerWheel::remove(TimerOp& timer) noexcept {
  if (timer.when < 0) {
    fresh_.erase(timer);
  } else {
    extract(timer);
  }
  --count_;
}

unsigned TimerWheel::lowest_level() const noexcept { return static_cast<unsigned>(std::countr_zero(levels_used_)); }

// The earliest timer is in the first slot of the lowest level in use: everything on higher levels differs from the
// cursor in a higher digit, so it is later. Within a slot of a higher level the timers are in no order; where they are
// too many to look at, the slot's start must do: once there, they are moved down, and looking costs less.
std::int64_t TimerWheel::next() noexcept {
  if (cached_next_ >= 0) return cached_next_;
  constexpr int kLookAt = 32;
  unsigned index = lowest_level();
  auto slot = static_cast<unsigned>(std::countr_zero(levels_[index].used));
  const Ring<Op>& timers = levels_[index].slots[slot];
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  int looked = 0;
  for (Op* op = timers.front(); op; op = timers.after(*op)) {
    earliest = std::min(earliest, static_cast<TimerOp*>(op)->when);
    if (++looked == kLookAt) {
      earliest = std::max(slot_start(index, slot), cursor_);
      break;
    }
  }
  cached_next_ = earliest;
  return earliest;
}

std::int64_t TimerWheel::slot_start(unsigned level, unsigned slot) const noexcept {
  unsigned shift = level * kBits;
  auto bits = static_cast<std::uint64_t>(cursor_);
  bits &= shift + kBits >= 64 ? 0 : ~std::uint64_t{0} << (shift + kBits);
  return static_cast<std::int64_t>(bits | (static_cast<std::uint64_t>(slot) << shift));
}

void TimerWheel::move_down(unsigned index, unsigned slot) noexcept {
  Level& level = levels_[index];
  level.used &= ~(std::uint64_t{1} << slot);
  if (level.used == 0) levels_used_ &= ~(1U << index);
  // Each timer may lie in memory that was last touched long ago, and only the one before it knows where. So the ring is
  // also walked from its other end, merely to look: two misses are on their way at a time, and in the second half none.
  Op* ahead = level.slots[slot].back();
  Op* last = nullptr;
  level.slots[slot].drain([&](Op& op) {
    if (ahead == &op || ahead == last) ahead = nullptr;
    if (ahead) ahead = ahead->ring_prev();
    last = &op;
    insert(static_cast<TimerOp&>(op));
  });
}

TimerOp* TimerWheel::pop_due(std::int64_t now) noexcept {
  while (levels_used_ != 0) {
    unsigned level = lowest_level();
    auto slot = static_cast<unsigned>(std::countr_zero(levels_[level].used));
    std::int64_t start = slot_start(level, slot);
    if (start > now) break;
    const Ring<Op>& timers = levels_[level].slots[slot];
    auto& first = static_cast<TimerOp&>(*timers.front());
    // One that is alone in its slot is the earliest of all, whatever the level: no need to move it down to know.
    if (level == 0 || (first.when <= now && timers.back() == &first)) {
      remove(first);
      cursor_ = start > cursor_ ? start : cursor_;
      return &first;
    }
    cursor_ = start > cursor_ ? start : cursor_;
    move_down(level, slot);
  }
  cursor_ = std::max(cursor_, now);
  if (cached_next_ <= cursor_) cached_next_ = -1;
  return nullptr;
}

}  // namespace eddy::detail

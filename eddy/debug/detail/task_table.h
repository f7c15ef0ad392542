// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace eddy::debug::detail {

/// What an observer keeps of each live task, found by the task's address: a hash table with linear probing.
///
/// 1. A pointer to an entry is good until the next insert or erase.
/// 2. At most `limit` entries, so that a program with millions of tasks can be observed: the rest has none.
template <class Entry>
class TaskTable {
 public:
  explicit TaskTable(std::size_t limit) : limit_(limit) {}

  std::size_t size() const noexcept { return size_; }

  Entry* find(const void* task) noexcept {
    if (slots_.empty()) return nullptr;
    Slot& slot = slots_[place_of(task)];
    return slot.task ? &slot.entry : nullptr;
  }

  /// Null when there are too many, or no memory.
  Entry* insert(const void* task) noexcept {
    if (Entry* found = find(task)) return found;
    if (!make_room()) return nullptr;
    Slot& slot = slots_[place_of(task)];
    slot.task = task;
    ++size_;
    return &slot.entry;
  }

  void erase(const void* task) noexcept {
    if (slots_.empty()) return;
    std::size_t hole = place_of(task);
    if (!slots_[hole].task) return;
    // What stands behind the hole moves up, unless that would put it before its home.
    for (std::size_t at = next(hole); slots_[at].task; at = next(at)) {
      const std::size_t home = home_of(slots_[at].task);
      if (distance(home, at) < distance(hole, at)) continue;
      slots_[hole] = std::move(slots_[at]);
      hole = at;
    }
    slots_[hole] = Slot();
    --size_;
  }

  void clear() noexcept {
    slots_.clear();
    size_ = 0;
  }

  template <class F>
  void for_each(F f) const {
    for (const Slot& slot : slots_) {
      if (slot.task) f(slot.task, slot.entry);
    }
  }
  template <class F>
  void for_each(F f) {
    for (Slot& slot : slots_) {
      if (slot.task) f(slot.task, slot.entry);
    }
  }

 private:
  struct Slot {
    const void* task = nullptr;
    Entry entry{};
  };
  static constexpr std::size_t kSmallest = 64;

  std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }
  std::size_t distance(std::size_t from, std::size_t to) const noexcept { return (to - from) & (slots_.size() - 1); }
  std::size_t home_of(const void* task) const noexcept {
    const std::uint64_t mixed = (reinterpret_cast<std::uintptr_t>(task) >> 3) * 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
  }
  /// Where it is, or the free slot where it would be.
  std::size_t place_of(const void* task) const noexcept {
    std::size_t at = home_of(task);
    while (slots_[at].task && slots_[at].task != task) at = next(at);
    return at;
  }

  bool make_room() noexcept {
    if (size_ >= limit_) return false;
    if ((size_ + 1) * 2 <= slots_.size()) return true;
    try {
      grow();
    } catch (const std::bad_alloc&) {
      return false;
    }
    return true;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? kSmallest : slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.task) slots_[place_of(slot.task)] = std::move(slot);
    }
  }

  std::size_t limit_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace eddy::debug::detail

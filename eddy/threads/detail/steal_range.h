// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace eddy::detail {

/// A range of indices that its owner takes from the front and others steal from the back. Lock-free; one word.
///
/// 1. Every index is handed out exactly once: taking and stealing are compare-exchanges of the whole state, and there
/// is
///    no state besides the word, so that it may well have changed and changed back in between.
/// 2. Only the owner gives it something new (`refill`), and only while it is empty: an empty range nobody else changes.
/// `Atomic` is std::atomic, or the test's step-by-step double.
template <template <class> class Atomic = std::atomic>
class StealRange {
 public:
  struct Part {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool empty() const noexcept { return begin >= end; }
    std::uint32_t size() const noexcept { return end - begin; }
  };

  /// Owner, while it is empty.
  void refill(Part part) noexcept { state_.store(pack(part), std::memory_order_relaxed); }

  /// Owner: up to `most` from the front; empty when nothing is left.
  Part take(std::uint32_t most) noexcept {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
      Part all = unpack(state);
      if (all.empty()) return {};
      std::uint32_t count = all.size() < most ? all.size() : most;
      Part rest{all.begin + count, all.end};
      if (state_.compare_exchange_weak(state, pack(rest), std::memory_order_relaxed, std::memory_order_relaxed)) {
        return {all.begin, all.begin + count};
      }
    }
  }

  /// Others: the half behind, rounded up; empty when nothing is left.
  Part steal() noexcept {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
      Part all = unpack(state);
      if (all.empty()) return {};
      std::uint32_t middle = all.begin + all.size() / 2;
      if (state_.compare_exchange_weak(state, pack({all.begin, middle}), std::memory_order_relaxed,
                                       std::memory_order_relaxed)) {
        return {middle, all.end};
      }
    }
  }

 private:
  static std::uint64_t pack(Part part) noexcept { return std::uint64_t{part.begin} << 32 | part.end; }
  static Part unpack(std::uint64_t state) noexcept {
    return {static_cast<std::uint32_t>(state >> 32), static_cast<std::uint32_t>(state)};
  }

  Atomic<std::uint64_t> state_{0};
};

}  // namespace eddy::detail

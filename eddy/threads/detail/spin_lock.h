// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "eddy/base/pause.h"

namespace eddy::detail {

/// A mutex for a few instructions: spins a little before it sleeps, since whoever holds it is nearly always about to
/// let go. With std::lock_guard.
class SpinLock {
 public:
  void lock() noexcept {
    std::uint32_t expected = kFree;
    if (!state_.compare_exchange_strong(expected, kLocked, std::memory_order_acquire, std::memory_order_relaxed)) {
      lock_slow();
    }
  }
  void unlock() noexcept {
    if (state_.exchange(kFree, std::memory_order_release) == kContended) state_.notify_one();
  }

 private:
  enum : std::uint32_t { kFree, kLocked, kContended };

  [[gnu::noinline]] void lock_slow() noexcept {
    for (int i = 0; i < 100; ++i) {
      std::uint32_t expected = kFree;
      if (state_.load(std::memory_order_relaxed) == kFree &&
          state_.compare_exchange_weak(expected, kLocked, std::memory_order_acquire, std::memory_order_relaxed)) {
        return;
      }
      pause_processor();
    }
    while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
      state_.wait(kContended, std::memory_order_relaxed);
    }
  }

  std::atomic<std::uint32_t> state_{kFree};
};

}  // namespace eddy::detail

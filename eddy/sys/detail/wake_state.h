// SPDX-License-Identifier: MIT
//
//               sleep()                 State diagram; `wake` comes from any thread, the rest from the loop's.
//   running ───────────────▶ sleeping
//    │ ▲ ◀──── awake() ─────── │
//    │ └──── awake() ─────┐    │ wake: the caller must ring
//    │ wake               │    │
//    └──────────────▶ notified ◀┘        wake in `notified`: nothing left to do
#pragma once

#include <atomic>
#include <cstdint>

namespace eddy::sys::detail {

/// Who has to ring the bell (write the eventfd) for a loop that may be asleep: at most one waker per sleep, nobody
/// while the loop runs. Lock-free; `notify` may be called from other threads and signal handlers.
///
/// Why no wake is lost. All three transitions are read-modify-writes of one atomic, so they have one order. A notify
/// before the loop's sleep() makes sleep() fail; one after it finds `sleeping` and rings, and the bell stays rung until
/// the kernel has reported it, even if it is rung before the loop is inside the system call.
/// Why the work is seen. The waker publishes its work, then exchanges (release); the loop's exchange in awake()
/// (acquire) that removes `notified` reads from that exchange or a later one in its release sequence. notify()
/// therefore must not take a shortcut on a plain load of `notified`: the load could be satisfied before the work is
/// visible while the loop consumes the older notification, and the work would wait for the next wake. A ring may arrive
/// after the loop woke for another reason: one spurious return of a later wait, which is allowed.
class WakeState {
 public:
  /// True if the caller must ring.
  [[nodiscard]] bool notify() noexcept { return state_.exchange(notified, std::memory_order_acq_rel) == sleeping; }

  /// Loop: announces that it is about to block. False if a wake came first: do not block.
  [[nodiscard]] bool sleep() noexcept {
    std::uint32_t expected = running;
    return state_.compare_exchange_strong(expected, sleeping, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

  /// Loop: it no longer sleeps; consumes the notification if there is one.
  void awake() noexcept { state_.exchange(running, std::memory_order_acq_rel); }

  /// Loop: a look without an exchange, for the path that never blocks.
  [[nodiscard]] bool is_notified() const noexcept { return state_.load(std::memory_order_relaxed) == notified; }

 private:
  enum : std::uint32_t { running, sleeping, notified };
  std::atomic<std::uint32_t> state_{running};
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
};

}  // namespace eddy::sys::detail

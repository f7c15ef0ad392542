// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace eddy::detail {

/// Where other threads leave nodes for a loop: many push, one takes everything at once. Lock-free, allocates nothing.
///
/// 1. Whoever pushes onto an empty inbox wakes the loop, and nobody else: those who find it filled rely on him. So a
///    batch costs one wake-up, and no node is lost, because what he was the first of is taken as a whole.
/// 2. Hence the number of wake-ups, once the last is over, equals the number of non-empty takes. That tells the loop
///    when nobody can touch it any more: a node may end the very task that kept the loop alive before its poster has
///    rung the bell.
///
/// `Node` has a `queue_next` that belongs to the inbox between push and take. `Atomic` is std::atomic, or the test's
/// step-by-step double.
template <class Node, template <class> class Atomic = std::atomic>
class Inbox {
 public:
  /// Any thread. True if the caller must wake the loop, then call `woken()`; on false it must not touch the loop again.
  [[nodiscard]] bool push(Node& node) noexcept {
    Node* newest = newest_.load(std::memory_order_relaxed);
    do {
      node.queue_next = newest;
    } while (!newest_.compare_exchange_weak(newest, &node, std::memory_order_release, std::memory_order_relaxed));
    return newest == nullptr;
  }
  /// The last touch of a poster that was told to wake.
  void woken() noexcept { wakes_.fetch_add(1, std::memory_order_release); }

  /// Loop's thread, like all below. A look without an exchange.
  bool empty() const noexcept { return newest_.load(std::memory_order_relaxed) == nullptr; }

  /// Hands everything to `f`, oldest first; `f` may link the node elsewhere.
  template <class F>
  void take(F f) noexcept {
    if (empty()) return;
    Node* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    ++takes_;
    Node* oldest = nullptr;
    while (newest) {
      auto* next = static_cast<Node*>(newest->queue_next);
      newest->queue_next = oldest;
      oldest = newest;
      newest = next;
    }
    while (oldest) {
      auto* next = static_cast<Node*>(oldest->queue_next);
      f(*oldest);
      oldest = next;
    }
  }

  /// Whether every poster whose node was taken has left.
  bool quiet() const noexcept { return wakes_.load(std::memory_order_acquire) == takes_; }

 private:
  Atomic<Node*> newest_{nullptr};
  Atomic<std::uint64_t> wakes_{0};
  std::uint64_t takes_ = 0;
};

}  // namespace eddy::detail

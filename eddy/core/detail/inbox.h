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
/// 3. Closed, it takes nothing any more and says so: whoever posts then keeps his node. So a node is either handed to
///    the loop or refused, never forgotten.
///
/// `Node` has a `queue_next` that belongs to the inbox between push and take. `Atomic` is std::atomic, or the test's
/// step-by-step double.
template <class Node, template <class> class Atomic = std::atomic>
class Inbox {
 public:
  enum class Push : std::uint8_t {
    kFirst,    ///< the caller must wake the loop, then call `woken()`
    kFollows,  ///< the caller must not touch the loop again
    kRefused,  ///< closed: the node is still the caller's
  };

  /// Any thread.
  [[nodiscard]] Push push(Node& node) noexcept {
    Node* newest = newest_.load(std::memory_order_relaxed);
    do {
      if (newest == closed()) return Push::kRefused;
      node.queue_next = newest;
    } while (!newest_.compare_exchange_weak(newest, &node, std::memory_order_release, std::memory_order_relaxed));
    return newest ? Push::kFollows : Push::kFirst;
  }
  /// The last touch of a poster that was told to wake.
  void woken() noexcept { wakes_.fetch_add(1, std::memory_order_release); }

  /// Loop's thread, like all below. A look without an exchange.
  bool empty() const noexcept {
    Node* newest = newest_.load(std::memory_order_relaxed);
    return newest == nullptr || newest == closed();
  }

  /// Hands everything to `f`, oldest first; `f` may link the node elsewhere.
  template <class F>
  void take(F f) noexcept {
    if (!empty()) hand_out(newest_.exchange(nullptr, std::memory_order_acquire), f);
  }

  /// The same for the last time: from now on every push is refused. Once.
  template <class F>
  void close(F f) noexcept {
    if (Node* newest = newest_.exchange(closed(), std::memory_order_acquire)) hand_out(newest, f);
  }

  /// Whether every poster whose node was taken has left.
  bool quiet() const noexcept { return wakes_.load(std::memory_order_acquire) == takes_; }

 private:
  /// What `newest_` is when closed: no node's address, since nodes are aligned.
  static Node* closed() noexcept { return reinterpret_cast<Node*>(std::uintptr_t{1}); }

  template <class F>
  void hand_out(Node* newest, F& f) noexcept {
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

  Atomic<Node*> newest_{nullptr};
  Atomic<std::uint64_t> wakes_{0};
  std::uint64_t takes_ = 0;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace eddy::detail {

/// A stack that many threads push to and one thread empties at once: the way home of blocks freed elsewhere.
/// Taking everything with one exchange leaves no pop, hence no ABA problem. Lock-free; never allocates.
///
/// `Node` has a `next` member that belongs to the list between push and take_all. `Atomic` is std::atomic, or the
/// test's step-by-step double. Lifetime: a push does not touch the list after the exchange that publishes the node, so
/// the taker who has got every outstanding node may destroy the list.
template <class Node, template <class> class Atomic = std::atomic>
class RemoteList {
 public:
  void push(Node* node) noexcept {
    Node* head = head_.load(std::memory_order_relaxed);
    do {
      node->next = head;
    } while (!head_.compare_exchange_weak(head, node, std::memory_order_release, std::memory_order_relaxed));
  }

  /// The chain of everything pushed so far, last first; null if there is nothing. One thread at a time.
  [[nodiscard]] Node* take_all() noexcept {
    if (head_.load(std::memory_order_relaxed) == nullptr) return nullptr;  // the common case stays a shared load
    return head_.exchange(nullptr, std::memory_order_acquire);
  }

 private:
  Atomic<Node*> head_{nullptr};
};

}  // namespace eddy::detail

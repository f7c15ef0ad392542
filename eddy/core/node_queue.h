// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "eddy/core/node.h"

namespace eddy::detail {

/// A first-in-first-out queue of nodes linked through `queue_next`. Owns nothing.
class NodeQueue {
 public:
  bool empty() const noexcept { return head_ == nullptr; }

  /// How many there are, counted up to `limit`.
  std::size_t count(std::size_t limit) const noexcept {
    std::size_t count = 0;
    for (const Node* node = head_; node && count < limit; node = node->queue_next) ++count;
    return count;
  }

  template <class F>
  void for_each(F f) const {
    for (Node* node = head_; node; node = node->queue_next) f(*node);
  }

  void push_back(Node& node) noexcept {
    node.queue_next = nullptr;
    if (head_) {
      tail_->queue_next = &node;
    } else {
      head_ = &node;
    }
    tail_ = &node;
  }

  Node* pop_front() noexcept {
    Node* node = head_;
    if (node) head_ = node->queue_next;
    return node;
  }

  void append(NodeQueue&& other) noexcept {
    if (other.empty()) return;
    if (head_) {
      tail_->queue_next = other.head_;
    } else {
      head_ = other.head_;
    }
    tail_ = other.tail_;
    other.head_ = nullptr;
  }

  void prepend(NodeQueue&& other) noexcept {
    if (other.empty()) return;
    other.tail_->queue_next = head_;
    if (!head_) tail_ = other.tail_;
    head_ = std::exchange(other.head_, nullptr);
  }

 private:
  Node* head_ = nullptr;
  Node* tail_ = nullptr;
};

}  // namespace eddy::detail

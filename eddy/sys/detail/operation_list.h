// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/sys/operation.h"

namespace eddy::sys::detail {

/// A first-in first-out list threaded through Operation::link; owns nothing. Erasing from the middle is O(1).
class OperationList {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] Operation* first() const noexcept { return first_; }

  void push_back(Operation& operation) noexcept {
    operation.link.prev = last_;
    operation.link.next = nullptr;
    (last_ != nullptr ? last_->link.next : first_) = &operation;
    last_ = &operation;
  }

  void erase(Operation& operation) noexcept {
    Operation::Link& link = operation.link;
    (link.prev != nullptr ? link.prev->link.next : first_) = link.next;
    (link.next != nullptr ? link.next->link.prev : last_) = link.prev;
    link.next = link.prev = nullptr;
  }

  /// Null when empty.
  Operation* pop_front() noexcept {
    Operation* operation = first_;
    if (operation != nullptr) erase(*operation);
    return operation;
  }

 private:
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
};

}  // namespace eddy::sys::detail

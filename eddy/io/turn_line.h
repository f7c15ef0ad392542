// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

#include "eddy/base/ring.h"
#include "eddy/io/try_op.h"

namespace eddy::detail {

/// Operations that take turns at one thing: the first one tries, the others stand in line behind it.
class TurnLine {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  /// For an operation that has not joined: nobody is before it. For one that has: it is the first.
  [[nodiscard]] bool is_turn_of(const TryOp& op) const noexcept { return !first_ || first_ == &op; }

  void join(TryOp& op) noexcept {
    if (first_) {
      behind_.push_back(op);
    } else {
      first_ = &op;
    }
  }

  void leave(TryOp& op) noexcept {
    if (first_ != &op) return behind_.erase(op);
    advance();
    try_again();
  }

  void try_again() noexcept {
    if (first_) first_->try_again();
  }

  /// Everybody leaves with this error.
  void end(const std::exception_ptr& error) noexcept {
    while (TryOp* op = first_) {
      advance();
      op->end(error);
    }
  }

 private:
  void advance() noexcept { first_ = static_cast<TryOp*>(behind_.pop_front()); }

  TryOp* first_ = nullptr;  // not in the ring: it may be in the loop's queue, which uses the same links
  Ring<Op> behind_;
};

}  // namespace eddy::detail

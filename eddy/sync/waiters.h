// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>

#include "eddy/base/ring.h"
#include "eddy/core/awaitable.h"

namespace eddy::detail {

/// The armed operations that wait for one thing, first come, first served.
class Waiters {
 public:
  bool empty() const noexcept { return ring_.empty(); }
  Op* first() const noexcept { return ring_.front(); }
  /// Walks them: for dumps and tests.
  std::size_t count() const noexcept;

  /// Queues behind the others. False, and not queued, if those run on another loop; debug mode alone looks.
  [[nodiscard]] bool add(Op& op) noexcept {
    if (!ring_.empty() && is_foreign(op)) [[unlikely]]
      return false;
    ring_.push_back(op);
    return true;
  }
  /// For dumps: how many come before it.
  void describe_place(const Op& op, OpDescription& to) const;
  void remove(Op& op) noexcept { ring_.erase(op); }
  Op* pop() noexcept { return ring_.pop_front(); }

  void grant_first() noexcept { ring_.pop_front()->grant(); }
  void grant_all() noexcept {
    while (Op* op = ring_.pop_front()) op->grant();
  }

 private:
  bool is_foreign(const Op& op) const noexcept;

  Ring<Op> ring_;
};

[[noreturn]] void throw_other_loop(const char* what);
[[noreturn]] void throw_too_few(const char* what, const char* at_least);

/// A count that the caller gave as any integer; throws RuntimeError when it is below `min`.
template <std::integral N>
std::size_t checked_count(N count, std::size_t min, const char* what, const char* at_least) {
  if (count < N{0} || static_cast<std::size_t>(count) < min) throw_too_few(what, at_least);
  return static_cast<std::size_t>(count);
}

}  // namespace eddy::detail

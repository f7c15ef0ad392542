// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/awaitable.h"

namespace eddy::test {
namespace detail {

class [[nodiscard("co_await it")]] AllBlocked final : public eddy::detail::Op,
                                                      public eddy::detail::AwaitLeaf<AllBlocked> {
 public:
  bool ready() const noexcept { return false; }
  eddy::detail::Step start(eddy::detail::Strand& strand, eddy::detail::Cont cont);
  void take() const noexcept {}
  void cancel() noexcept override;
};

}  // namespace detail

/// `co_await all_blocked()`: goes on once every other task waits for something, and nothing of it has come; the clock
/// does not move. Trio's `wait_all_tasks_blocked`: for "now it must be waiting in there", without sleeping.
///
/// Several waiters go on one after the other, first come first served. Inside a run under test only.
inline detail::AllBlocked all_blocked() noexcept { return {}; }

}  // namespace eddy::test

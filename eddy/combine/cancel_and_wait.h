// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/core/task_handle.h"

namespace eddy {
namespace detail {

class [[nodiscard("co_await it")]] CancelAndWaitOp final : public JoinBase, public AwaitLeaf<CancelAndWaitOp> {
 public:
  explicit CancelAndWaitOp(AnyTask task) : JoinBase(std::move(task)) {}
  /// Cancelled, it only stops waiting: `wait_for(cancel_and_wait(task), 1s)` gives the cleanup a second.
  void own() = delete;

  bool ready() {
    task_.cancel();
    return JoinBase::ready();
  }
  void take() {
    if (!task_.done()) check();  // it waits for itself
  }
};

struct CancelAndWaitFn {
  CancelAndWaitOp operator()(AnyTask task) const { return CancelAndWaitOp(std::move(task)); }
};

}  // namespace detail

/// `co_await cancel_and_wait(task)`: cancels a task and waits until it has ended, however that is. An error it ends in
/// stays in its handle, and goes to the exception handler if nobody asks for it.
inline constexpr detail::CancelAndWaitFn cancel_and_wait{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// Advanced: what `map_concurrent` and its like are made of.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>

#include "eddy/base/function_ref.h"
#include "eddy/combine/detail/branches.h"
#include "eddy/core/task.h"

namespace eddy::detail {

/// `co_await workforce`: workers that run side by side, as branches of the current task, until all have ended. The
/// first error cancels the others, and is thrown; later ones go to the exception handler.
///
/// 1. A worker is in exactly one of two states: idle (hired, or waiting for something to do) or busy.
/// 2. Nobody is hired while somebody is idle, so there are never more workers than there were things to do, plus one.
/// 3. After an error, or cancelled, nobody is hired.
///
/// `worker(number)` makes one; it is called first when the await begins, and must stay valid meanwhile.
class [[nodiscard("co_await it")]] Workforce final : public Branches, public Await<Workforce> {
 public:
  using Worker = FunctionRef<Task<>(std::size_t number)>;

  /// `who`: for messages about late errors, "map_concurrent" say.
  Workforce(std::size_t most, const char* who, Worker worker) noexcept : who_(who), worker_(worker), most_(most) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void take() const {
    if (error_) std::rethrow_exception(error_);
  }

  /// A worker says that it has something to do …
  void begin_work() {
    if (--idle_ == 0 && workers_.size() < most_ && !error_) [[unlikely]]
      hire();
  }
  /// … and that it looks for more. One that finds nothing ends idle.
  void end_work() noexcept { ++idle_; }

 private:
  void hire();
  bool decide(BranchBase& branch) noexcept override;
  bool conclusive() noexcept override { return error_ || !stopped_; }

  const char* who_;
  Worker worker_;
  std::size_t most_;
  std::size_t idle_ = 0;
  std::deque<Branch<TaskOp<void>>> workers_;
  std::exception_ptr error_;
  bool stopped_ = false;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/io/try_op.h"

namespace eddy::detail {

class SignalReceiver;

/// `signals.next()`.
class [[nodiscard("co_await it")]] SignalNext final : public TryOp, public AwaitLeaf<SignalNext> {
 public:
  explicit SignalNext(SignalReceiver* of) noexcept : receiver_(of) {}
  SignalNext(SignalNext&&) = default;
  int take() const {
    check();
    return signo_;
  }
  void describe(OpDescription& to) const override;

 private:
  Progress attempt() override;
  bool may_try() noexcept override;
  void join() override;
  void leave() noexcept override;

  SignalReceiver* receiver_;
  int signo_ = 0;
};

}  // namespace eddy::detail

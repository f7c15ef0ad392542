// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/base/unique_function.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {

class Loop;

namespace detail {

/// A callback in the ready queue or the timer wheel. Counts references: the loop's while it is queued, the handles'.
class Call final : public TimerOp {
 public:
  Call(Loop& loop, UniqueFunction<void()> callback) noexcept : loop_(loop), callback_(std::move(callback)) {}

  void run() noexcept override;
  void fire() noexcept override;
  void cancel() noexcept override;
  bool cancelled() const noexcept { return cancelled_; }
  void discard() noexcept override {
    timed = false;
    UniqueFunction<void()> dropped = std::move(callback_);
    unref();
  }

  void ref() noexcept { ++refs_; }
  void unref() noexcept {
    if (--refs_ == 0) delete this;
  }
  /// It waits in the timer wheel.
  bool timed = false;

 private:
  ~Call() = default;
  Loop& loop_;
  UniqueFunction<void()> callback_;
  int refs_ = 1;
  bool cancelled_ = false;
};

}  // namespace detail

/// A callback that was scheduled with `call_soon`, `call_later` or `call_at`: cancel it while it has not run.
///
/// Letting go of the handle cancels nothing. Belongs to the loop's thread.
class CallHandle {
 public:
  CallHandle() noexcept = default;
  explicit CallHandle(detail::Call* call) noexcept : call_(call) {
    if (call_) call_->ref();
  }
  CallHandle(const CallHandle& other) noexcept : CallHandle(other.call_) {}
  CallHandle(CallHandle&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  CallHandle& operator=(CallHandle other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~CallHandle() {
    if (call_) call_->unref();
  }

  void cancel() noexcept {
    if (call_) call_->cancel();
  }
  bool cancelled() const noexcept { return call_ && call_->cancelled(); }
  /// When it is due; meaningful for `call_later` and `call_at`.
  TimePoint when() const noexcept { return detail::to_time_point(call_ ? call_->when : 0); }

 private:
  detail::Call* call_ = nullptr;
};

}  // namespace eddy

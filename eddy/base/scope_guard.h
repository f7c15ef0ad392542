// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace eddy {

/// Runs a function when it leaves scope, unless dismissed: the destructor half of `finally` for code that does not
/// await.
///
/// Runs on value, exception and cancellation alike, since all three destroy the frame's locals.
template <class F>
class [[nodiscard]] ScopeGuard {
 public:
  explicit ScopeGuard(F f) : f_(std::move(f)) {}
  ScopeGuard(ScopeGuard&& other) noexcept : f_(std::move(other.f_)), armed_(std::exchange(other.armed_, false)) {}
  ScopeGuard& operator=(ScopeGuard&&) = delete;
  ~ScopeGuard() {
    if (armed_) f_();
  }
  void dismiss() noexcept { armed_ = false; }

 private:
  F f_;
  bool armed_ = true;
};

}  // namespace eddy

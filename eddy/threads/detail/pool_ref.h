// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace eddy::detail {

class PoolCore;

/// A counted pointer to the threads and the queue behind a ThreadPool. Any thread.
class PoolRef {
 public:
  PoolRef() noexcept = default;
  explicit PoolRef(PoolCore* core) noexcept : core_(core) {
    if (core_) ref();
  }
  PoolRef(const PoolRef& other) noexcept : PoolRef(other.core_) {}
  PoolRef(PoolRef&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  PoolRef& operator=(PoolRef other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~PoolRef() {
    if (core_) unref();
  }
  /// Takes over the one reference a new core has.
  static PoolRef adopt(PoolCore* core) noexcept {
    PoolRef made;
    made.core_ = core;
    return made;
  }
  explicit operator bool() const noexcept { return core_ != nullptr; }
  PoolCore* operator->() const noexcept { return core_; }
  PoolCore& operator*() const noexcept { return *core_; }

 private:
  void ref() const noexcept;
  void unref() const noexcept;
  PoolCore* core_ = nullptr;
};

}  // namespace eddy::detail

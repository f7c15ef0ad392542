// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

struct io_uring;

namespace eddy::sys::detail {

/// An io_uring, closed with its owner. Disabled at first: the thread that enables it is its single issuer.
class UringRing {
 public:
  /// Throws std::system_error that says why the kernel refuses, and what to do instead.
  UringRing();
  UringRing(const UringRing&) = delete;
  UringRing& operator=(const UringRing&) = delete;
  ~UringRing();

  /// A new one in its place; what the old one had in the kernel is dropped. Throws, and is closed then.
  void reopen();
  void enable();
  void close() noexcept;

  io_uring* operator->() const noexcept { return ring_.get(); }
  [[nodiscard]] io_uring* get() const noexcept { return ring_.get(); }

 private:
  void open();
  int try_flags(unsigned flags) noexcept;
  void require_features();

  std::unique_ptr<io_uring> ring_;
  bool open_ = false;
};

}  // namespace eddy::sys::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eddy/sys/fd.h"

namespace eddy::detail {

/// What somebody else can sleep on for a loop: an epoll descriptor over the poller's and a timer's.
class ForeignSleep {
 public:
  explicit ForeignSleep(int poller_fd);
  int fd() const noexcept { return epoll_.get(); }

  /// Readable at this time at the latest, and until this is called again; 0 for now, kForever for never.
  void wake_at(std::int64_t deadline) noexcept;

 private:
  sys::Fd epoll_;
  sys::Fd timer_;
  std::int64_t deadline_ = -1;  ///< what the timer is set to
};

}  // namespace eddy::detail

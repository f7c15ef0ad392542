// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/debug_mode.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"

namespace eddy {

/// A run of a loop. Debuggers tell by where on a stack it is which thread that is.
struct Loop::Entered {
  explicit Entered(Loop& of) noexcept : loop(of), previous(detail::running) {
    here = {};
    here.loop = &loop;
    loop.entered_ = this;
    if (loop.get_debug()) loop.debug_mode_->enter();
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  ~Entered() {
    if (loop.get_debug()) loop.debug_mode_->rest();
    loop.entered_ = nullptr;
    loop.stopping_ = false;
    here = previous;
  }

  Loop& loop;
  const void* stack = __builtin_frame_address(0);  ///< of our own address AddressSanitizer may make another
  detail::Running& here = detail::running;
  detail::Running previous;
};

}  // namespace eddy

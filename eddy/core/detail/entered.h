// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/loop.h"
#include "eddy/core/running.h"

namespace eddy {

/// A run of a loop, on the stack of the thread that runs it. Debuggers tell by its address which thread that is.
struct Loop::Entered {
  explicit Entered(Loop& of) noexcept : loop(of), previous(detail::running) {
    here = {};
    here.loop = &loop;
    loop.entered_ = this;
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;
  ~Entered() {
    loop.entered_ = nullptr;
    loop.stopping_ = false;
    here = previous;
  }

  Loop& loop;
  detail::Running& here = detail::running;
  detail::Running previous;
};

}  // namespace eddy

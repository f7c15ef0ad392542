// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/loop_hooks.h"
#include "eddy/sys/poller.h"

namespace eddy::bench {

/// Time that stands still, and jumps to the next deadline when nothing is ready: no figure depends on the hour.
class JumpingClock final : public LoopHooks {
 public:
  detail::Nanos now() noexcept override { return now_; }
  void idle(sys::Poller& poller, detail::Nanos deadline) override {
    poller.wait(0);
    if (deadline != detail::kForever && deadline > now_) now_ = deadline;
  }
  bool shuffles() const noexcept override { return false; }
  void shuffle(std::vector<detail::Node*>&) override {}

 private:
  detail::Nanos now_ = 1'000'000'000;
};

}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eddy/base/owned.h"
#include "eddy/core/time_point.h"

namespace eddy {

namespace sys {
class Poller;
}
namespace detail {
class Node;
}

/// Replaces what a loop takes from the world: the time, the waiting, the order of what is ready. For the test kit.
///
/// A loop without hooks uses the monotonic clock, sleeps in its poller, and is first in, first out.
class LoopHooks {
 public:
  virtual ~LoopHooks() = default;

  virtual detail::Nanos now() noexcept = 0;

  /// Nothing is ready. `deadline` is that of the next timer, kForever when there is none. May throw to give up: the
  /// exception leaves the loop's `run_…`.
  virtual void idle(sys::Poller& poller, detail::Nanos deadline) = 0;

  /// True: each turn hands what is ready to `shuffle` before dispatching it.
  virtual bool shuffles() const noexcept = 0;
  virtual void shuffle(std::vector<detail::Node*>& ready) = 0;

  /// What the loop's randomness starts from; unforeseeable unless replaced.
  virtual std::uint64_t seed() noexcept;

  /// The loop's poller, given the one it would use.
  virtual Owned<sys::Poller> wrap_poller(Owned<sys::Poller> real);
};

}  // namespace eddy

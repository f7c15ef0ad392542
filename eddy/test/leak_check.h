// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <set>
#include <source_location>

#include "eddy/test/options.h"

namespace eddy::test {

/// Compares the coroutine frames and file descriptors at its end with those at its beginning; more of them is a test
/// failure. Put it first in a scope. `run` and `Fixture` have one.
///
/// Frames are those of this thread's heap; descriptors those of the process, so no other thread should open any
/// meanwhile.
class LeakCheck {
 public:
  explicit LeakCheck(const Options& options = {}, std::source_location where = std::source_location::current());
  LeakCheck(const LeakCheck&) = delete;
  LeakCheck& operator=(const LeakCheck&) = delete;
  ~LeakCheck();

 private:
  bool enabled_;
  std::source_location where_;
  std::uint64_t frames_ = 0;
  std::set<int> descriptors_;
};

}  // namespace eddy::test

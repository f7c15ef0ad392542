// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eddy/core/loop.h"
#include "eddy/core/time_point.h"

namespace eddy::flow_test {

using Times = std::vector<Duration>;

/// When it was called, counted from its making.
struct Calls {
  TimePoint begin = now();
  Times at;
  void note() { at.push_back(now() - begin); }
};

}  // namespace eddy::flow_test

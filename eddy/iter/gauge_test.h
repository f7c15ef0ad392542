// SPDX-License-Identifier: MIT
//
// What tests of concurrent maps are fed with, and measured by.
#pragma once

#include <algorithm>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/core/time_point.h"
#include "eddy/iter/async_generator.h"
#include "eddy/time/sleep.h"

namespace eddy::iter_test {

inline std::vector<int> up_to(int end) {
  std::vector<int> all;
  for (int i = 0; i < end; ++i) all.push_back(i);
  return all;
}

inline AsyncGenerator<int> ticks(Duration every, int count) {
  for (int i = 0; i < count; ++i) {
    co_await sleep(every);
    co_yield i;
  }
}

/// How many calls run, and how many ever ran at once. A call gives its item times `kFactor`.
template <int kFactor>
struct Gauge {
  int running = 0;
  int most = 0;
  int ended = 0;

  Task<int> work(int item, Duration time) {
    most = std::max(most, ++running);
    ScopeGuard leave([this] {
      --running;
      ++ended;
    });
    co_await sleep(time);
    co_return item* kFactor;
  }
};

}  // namespace eddy::iter_test

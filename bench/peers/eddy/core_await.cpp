// SPDX-License-Identifier: MIT
//
// Turns of two tasks, and calls of one: what switching costs.
#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 25;
constexpr int kYields = 100'000;
constexpr int kDepth = 1'000;
constexpr int kCalls = 100;

Task<> yield_often() {
  for (int i = 0; i < kYields; ++i) co_await checkpoint();
}

double yield_two() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      co_await task_group([](TaskGroup& group) {
        group.create_task(yield_often());
        group.create_task(yield_often());
      });
    }
    co_return turns.seconds() / (2 * kYields);
  });
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await nested(depth - 1);
  co_return below + 1;
}

double nested_await() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) keep(co_await nested(kDepth));
    }
    co_return turns.seconds() / kDepth / kCalls;
  });
}

const Scenario awaits[] = {{"yield_two", yield_two}, {"nested_await", nested_await}};

}  // namespace
}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
//
// Turns of two coroutines, and calls of one: what switching costs.
#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr int kYields = 100'000;
constexpr int kDepth = 1'000;
constexpr int kCalls = 100;

asio::awaitable<void> yield_often() {
  for (int i = 0; i < kYields; ++i) co_await asio::post(asio::use_awaitable);
}

double yield_two() {
  asio::io_context loop{1};
  Turns turns(kTurns);
  while (turns.next()) {
    asio::co_spawn(loop, yield_often(), rethrow);
    asio::co_spawn(loop, yield_often(), rethrow);
    loop.run();
    loop.restart();
  }
  return turns.seconds() / (2 * kYields);
}

asio::awaitable<int> nested(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await nested(depth - 1);
  co_return below + 1;
}

double nested_await() {
  Turns turns(kTurns);
  run_on_loop([&]() -> asio::awaitable<void> {
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) keep(co_await nested(kDepth));
    }
  });
  return turns.seconds() / kDepth / kCalls;
}

const Scenario awaits[] = {{"yield_two", yield_two}, {"nested_await", nested_await}};

}  // namespace
}  // namespace eddy::bench

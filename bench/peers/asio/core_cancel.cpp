// SPDX-License-Identifier: MIT
//
// Coroutines that sleep three calls deep and are cancelled; that they were started is not counted.
#include <deque>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/measure.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kTurns = 5;
constexpr int kTasks = 100;
constexpr int kCold = 100'000;

asio::awaitable<void> three_deep() { co_await nap(1h); }
asio::awaitable<void> two_deep() { co_await three_deep(); }
asio::awaitable<void> one_deep() { co_await two_deep(); }

/// Coroutines that all sleep, and how many have ended.
struct Sleepers {
  explicit Sleepers(int count) : signals(static_cast<std::size_t>(count)) {
    for (asio::cancellation_signal& signal : signals) {
      auto ended_one = [this](std::exception_ptr) { ++ended; };
      asio::co_spawn(loop, one_deep(), asio::bind_cancellation_slot(signal.slot(), ended_one));
    }
    loop.poll();
  }

  asio::io_context loop{1};
  std::deque<asio::cancellation_signal> signals;
  int ended = 0;
};

/// One after another, each joined before the next.
double cancel_one() {
  Stopwatch watch;
  for (int turn = 0; turn <= kTurns; ++turn) {
    if (turn == 1) watch.reset();
    Sleepers sleepers(kTasks);
    watch.start();
    for (int i = 0; i < kTasks; ++i) {
      sleepers.signals[static_cast<std::size_t>(i)].emit(asio::cancellation_type::terminal);
      while (sleepers.ended <= i) sleepers.loop.run_one();
    }
    watch.stop();
  }
  return watch.seconds() / kTurns / kTasks;
}

/// All at once, in a process where nothing ran before.
double cancel_100k() {
  Sleepers sleepers(kCold);
  Stopwatch watch;
  watch.start();
  for (asio::cancellation_signal& signal : sleepers.signals) signal.emit(asio::cancellation_type::terminal);
  sleepers.loop.run();
  watch.stop();
  expect(sleepers.ended, kCold);
  return watch.seconds() / kCold;
}

const Scenario cancels[] = {{"cancel_one", cancel_one}, {"cancel_100k", cancel_100k}};

}  // namespace
}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
//
// Timeouts that do not fire, timers that are stopped, and very many sleepers.
#include <asio/experimental/awaitable_operators.hpp>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/measure.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

constexpr int kTurns = 2;
constexpr int kCalls = 20'000;
constexpr int kChurns = 100'000;
constexpr std::size_t kMillion = 1'000'000;

asio::awaitable<int> ready() { co_return 1; }
asio::awaitable<int> yields_once() {
  co_await asio::post(asio::use_awaitable);
  co_return 1;
}

double with_timeout(asio::awaitable<int> (*work)()) {
  Turns turns(kTurns);
  run_on_loop([&]() -> asio::awaitable<void> {
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) {
        const auto first = co_await (work() || nap(30s));
        keep(std::get<0>(first));
      }
    }
  });
  return turns.seconds() / kCalls;
}

double wait_for_ready() { return with_timeout(ready); }
double wait_for_yield() { return with_timeout(yields_once); }

/// Stopping a timer leaves its handler to be called, with an error, so the loop runs now and then.
double timer_churn() {
  constexpr int kAtOnce = 100;
  asio::io_context loop{1};
  asio::steady_timer timer(loop);
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < kChurns / kAtOnce; ++i) {
      for (int k = 0; k < kAtOnce; ++k) {
        timer.expires_after(30s);
        timer.async_wait([](std::error_code) {});
        timer.cancel();
      }
      loop.run();
      loop.restart();
    }
  }
  return turns.seconds() / kChurns;
}

/// Memory once all sleep; nobody wakes meanwhile.
double sleepers_bytes() {
  asio::io_context loop{1};
  const double before = resident_bytes();
  for (std::size_t i = 0; i < kMillion; ++i) asio::co_spawn(loop, nap(1'000 * nap_length(i, kMillion)), asio::detached);
  loop.run_for(10ms);
  return (resident_bytes() - before) / kMillion;
}

double sleepers_cpu() {
  asio::io_context loop{1};
  for (std::size_t i = 0; i < kMillion; ++i) asio::co_spawn(loop, nap(nap_length(i, kMillion)), rethrow);
  loop.run();
  return cpu_seconds();
}

const Scenario timers[] = {
    {"wait_for_ready", wait_for_ready},      {"wait_for_yield", wait_for_yield}, {"timer_churn", timer_churn},
    {"sleepers_bytes", sleepers_bytes, "B"}, {"sleepers_cpu", sleepers_cpu},
};

}  // namespace
}  // namespace eddy::bench

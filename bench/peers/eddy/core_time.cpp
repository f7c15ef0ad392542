// SPDX-License-Identifier: MIT
//
// Timeouts that do not fire, timers that are stopped, and very many sleepers.
#include "bench/peers/measure.h"
#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kTurns = 25;
constexpr int kCalls = 100'000;
constexpr std::size_t kMillion = 1'000'000;

Task<int> ready() { co_return 1; }
Task<int> yields_once() {
  co_await checkpoint();
  co_return 1;
}

double with_timeout(Task<int> (*work)()) {
  return run([&]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) keep(co_await wait_for(work(), 30s));
    }
    co_return turns.seconds() / kCalls;
  });
}

double wait_for_ready() { return with_timeout(ready); }
double wait_for_yield() { return with_timeout(yields_once); }

double timer_churn() {
  return run([]() -> Task<double> {
    Loop& loop = get_running_loop();
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) loop.call_later(30s, [] {}).cancel();
    }
    co_return turns.seconds() / kCalls;
  });
}

Task<> nap(std::chrono::nanoseconds length) { co_await sleep(length); }

/// Memory once all sleep; nobody wakes meanwhile.
double sleepers_bytes() {
  return run([]() -> Task<double> {
    double bytes = 0;
    co_await task_group([&](TaskGroup& group) -> Task<> {
      const double before = resident_bytes();
      for (std::size_t i = 0; i < kMillion; ++i) group.create_task(nap(1'000 * nap_length(i, kMillion)));
      co_await sleep(10ms);
      bytes = resident_bytes() - before;
      group.cancel();
    });
    co_return bytes / kMillion;
  });
}

double sleepers_cpu() {
  run([]() -> Task<> {
    co_await task_group([](TaskGroup& group) {
      for (std::size_t i = 0; i < kMillion; ++i) group.create_task(nap(nap_length(i, kMillion)));
    });
  });
  return cpu_seconds();
}

const Scenario timers[] = {
    {"wait_for_ready", wait_for_ready},      {"wait_for_yield", wait_for_yield}, {"timer_churn", timer_churn},
    {"sleepers_bytes", sleepers_bytes, "B"}, {"sleepers_cpu", sleepers_cpu},
};

}  // namespace
}  // namespace eddy::bench

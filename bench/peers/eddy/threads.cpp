// SPDX-License-Identifier: MIT
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "bench/crunch.h"
#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr int kCalls = 1'000;
constexpr int kMany = 100'000;

void nothing() {}
int twice(int number) { return 2 * number; }
std::string echo(std::string_view bytes) { return std::string(bytes); }

double to_thread_round_trip() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) co_await to_thread(nothing);
    }
    co_return turns.seconds() / kCalls;
  });
}

/// `start(group)` makes a task of one call.
template <class Start>
double many_at_once(Start start) {
  return run([&]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      co_await task_group([&](TaskGroup& group) {
        for (int i = 0; i < kMany; ++i) start(group);
      });
    }
    co_return turns.seconds() / kMany;
  });
}

double to_thread_100k() {
  return many_at_once([](TaskGroup& group) { group.create_task(to_thread(nothing)); });
}

double pool_run_100k() {
  ThreadPool pool{1};
  return many_at_once([&](TaskGroup& group) { group.create_task(pool.run(nothing)); });
}

double pool_map() {
  ThreadPool pool{2};
  return run([&]() -> Task<double> {
    Turns turns(10 * kTurns);
    while (turns.next()) static_cast<void>(co_await pool.map(std::views::iota(std::size_t{0}, kItems), crunch));
    co_return turns.seconds();
  });
}

double pool_parallel_for() {
  ThreadPool pool{2};
  std::vector<double> results(kItems);
  return run([&]() -> Task<double> {
    Turns turns(10 * kTurns);
    while (turns.next()) {
      co_await pool.parallel_for(std::size_t{0}, kItems, [&](std::size_t i) { results[i] = crunch(i); });
    }
    co_return turns.seconds();
  });
}

double process_round_trip() {
  return run([]() -> Task<double> {
    ProcessPool pool{1};
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) co_await pool.run(twice, i);
    }
    co_await pool.aclose();
    co_return turns.seconds() / kCalls;
  });
}

double process_1mib() {
  return run([]() -> Task<double> {
    ProcessPool pool{1};
    const std::string bytes(1 << 20, 'x');
    Turns turns(20 * kTurns);
    while (turns.next()) co_await pool.run(echo, bytes);
    co_await pool.aclose();
    co_return turns.seconds();
  });
}

const Scenario threads[] = {
    {"to_thread_round_trip", to_thread_round_trip},
    {"to_thread_100k", to_thread_100k},
    {"pool_run_100k", pool_run_100k},
    {"pool_map", pool_map},
    {"pool_parallel_for", pool_parallel_for},
    {"process_round_trip", process_round_trip},
    {"process_1mib", process_1mib},
};

}  // namespace

std::string version() { return "eddy " EDDY_BENCH_VERSION; }

}  // namespace eddy::bench

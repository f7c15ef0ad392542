// SPDX-License-Identifier: MIT
//
// Tasks that do nothing: what it costs to start one and to see its end.
#include <ranges>

#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 25;
constexpr int kCalls = 100'000;
constexpr int kMany = 10'000;
constexpr int kBatch = 100;

Task<> nothing() { co_return; }
Task<int> number(int value) { co_return value; }

double spawn_join() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) {
        co_await task_group([](TaskGroup& group) { group.create_task(nothing()); });
      }
    }
    co_return turns.seconds() / kCalls;
  });
}

double spawn_join_result() {
  return run([]() -> Task<double> {
    Turns turns(kTurns);
    long sum = 0;
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) {
        TaskHandle<int> handle = create_task(number(i));
        sum += co_await handle;
      }
    }
    keep(sum);
    co_return turns.seconds() / kCalls;
  });
}

/// `count` tasks at once, `times` times in a turn.
double batches(int count, int times) {
  return run([&]() -> Task<double> {
    Turns turns(kTurns);
    while (turns.next()) {
      for (int i = 0; i < times; ++i) {
        co_await task_group([&](TaskGroup& group) {
          for (int k = 0; k < count; ++k) group.create_task(nothing());
        });
      }
    }
    co_return turns.seconds() / count / times;
  });
}

double spawn_10k() { return batches(kMany, 10); }
double spawn_batches() { return batches(kBatch, 1'000); }

const Scenario spawn[] = {
    {"spawn_join", spawn_join},
    {"spawn_join_result", spawn_join_result},
    {"spawn_10k", spawn_10k},
    {"spawn_batches", spawn_batches},
};

}  // namespace
}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
//
// Coroutines that do nothing: what it costs to start one and to see its end.
#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr int kCalls = 100'000;
constexpr int kMany = 10'000;
constexpr int kBatch = 100;

asio::awaitable<void> nothing() { co_return; }
asio::awaitable<int> number(int value) { co_return value; }

double spawn_join() {
  Turns turns(kTurns);
  run_on_loop([&]() -> asio::awaitable<void> {
    auto loop = co_await asio::this_coro::executor;
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) co_await asio::co_spawn(loop, nothing(), asio::use_awaitable);
    }
  });
  return turns.seconds() / kCalls;
}

double spawn_join_result() {
  Turns turns(kTurns);
  run_on_loop([&]() -> asio::awaitable<void> {
    auto loop = co_await asio::this_coro::executor;
    long sum = 0;
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) sum += co_await asio::co_spawn(loop, number(i), asio::use_awaitable);
    }
    keep(sum);
  });
  return turns.seconds() / kCalls;
}

/// `count` coroutines at once, `times` times in a turn; they are joined by the context, which returns when all have
/// ended.
double batches(int count, int times) {
  asio::io_context loop{1};
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < times; ++i) {
      for (int k = 0; k < count; ++k) asio::co_spawn(loop, nothing(), rethrow);
      loop.run();
      loop.restart();
    }
  }
  return turns.seconds() / count / times;
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

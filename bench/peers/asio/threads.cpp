// SPDX-License-Identifier: MIT
#include <string>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr int kCalls = 1'000;
constexpr int kMany = 100'000;

void nothing() {}

/// Calls a function in a thread of the pool, and comes back.
asio::awaitable<void> call_in(asio::thread_pool& pool, void (*function)()) {
  auto home = co_await asio::this_coro::executor;
  co_await asio::post(asio::bind_executor(pool, asio::use_awaitable));
  function();
  co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
}

double to_thread_round_trip() {
  asio::thread_pool pool;
  asio::io_context loop{1};
  Turns turns(kTurns);
  auto body = [&]() -> asio::awaitable<void> {
    while (turns.next()) {
      for (int i = 0; i < kCalls; ++i) co_await call_in(pool, nothing);
    }
  };
  asio::co_spawn(loop, body, rethrow);
  loop.run();
  return turns.seconds() / kCalls;
}

double many_at_once(asio::thread_pool& pool) {
  asio::io_context loop{1};
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < kMany; ++i) asio::co_spawn(loop, call_in(pool, nothing), rethrow);
    loop.run();  // until all are back
    loop.restart();
  }
  return turns.seconds() / kMany;
}

double to_thread_100k() {
  asio::thread_pool pool;
  return many_at_once(pool);
}

double pool_run_100k() {
  asio::thread_pool pool{1};
  return many_at_once(pool);
}

const Scenario threads[] = {
    {"to_thread_round_trip", to_thread_round_trip},
    {"to_thread_100k", to_thread_100k},
    {"pool_run_100k", pool_run_100k},
};

}  // namespace

std::string version() {
  return "Asio " + std::to_string(ASIO_VERSION / 100'000) + "." + std::to_string(ASIO_VERSION / 100 % 1'000) + "." +
         std::to_string(ASIO_VERSION % 100);
}

}  // namespace eddy::bench

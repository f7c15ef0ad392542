// SPDX-License-Identifier: MIT
//
// Coroutines that hand over numbers, and coroutines that take turns, through Asio's channels: it has nothing else.
#include <asio/experimental/channel.hpp>

#include "bench/peers/asio/asio_core.h"
#include "bench/peers/scenario.h"

namespace eddy::bench {
namespace {

constexpr int kTurns = 5;
constexpr std::size_t kCapacity = 100;
constexpr int kItems = 200'000;
constexpr int kTasks = 10'000;
constexpr int kEach = 10;

using Queue = asio::experimental::channel<void(std::error_code, int)>;
using Permits = Queue;  // of numbers that nobody looks at

/// Tries first: an operation that could be over at once suspends all the same.
asio::awaitable<void> produce(Queue& queue, int items) {
  for (int i = 0; i < items; ++i) {
    if (!queue.try_send(std::error_code{}, i)) co_await queue.async_send({}, i, asio::use_awaitable);
  }
}

asio::awaitable<void> consume(Queue& queue, int items) {
  for (int i = 0; i < items; ++i) {
    int item = 0;
    const bool got = queue.try_receive([&](std::error_code, int sent) { item = sent; });
    if (!got) item = co_await queue.async_receive(asio::use_awaitable);
    keep(item);
  }
}

double queue(int pairs) {
  asio::io_context loop{1};
  Queue items(loop, kCapacity);
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < pairs; ++i) asio::co_spawn(loop, produce(items, kItems / pairs), rethrow);
    for (int i = 0; i < pairs; ++i) asio::co_spawn(loop, consume(items, kItems / pairs), rethrow);
    loop.run();
    loop.restart();
  }
  return turns.seconds() / kItems;
}

double queue_1_1() { return queue(1); }
double queue_4_4() { return queue(4); }

/// Held across a yield: without it nobody would ever wait.
asio::awaitable<void> take_turns(Permits& permits) {
  for (int i = 0; i < kEach; ++i) {
    if (!permits.try_send(std::error_code{}, 0)) co_await permits.async_send({}, 0, asio::use_awaitable);
    co_await asio::post(asio::use_awaitable);
    permits.try_receive([](std::error_code, int) {});
  }
}

double semaphore_10() {
  asio::io_context loop{1};
  Permits permits(loop, 10);
  Turns turns(kTurns);
  while (turns.next()) {
    for (int i = 0; i < kTasks; ++i) asio::co_spawn(loop, take_turns(permits), rethrow);
    loop.run();
    loop.restart();
  }
  return turns.seconds() / kTasks / kEach;
}

const Scenario sync[] = {{"queue_1_1", queue_1_1}, {"queue_4_4", queue_4_4}, {"semaphore_10", semaphore_10}};

}  // namespace
}  // namespace eddy::bench

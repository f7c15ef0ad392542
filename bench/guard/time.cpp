// SPDX-License-Identifier: MIT
//
// Timeouts, sleeps, timers, and what cancels a sleeper.
#include <vector>

#include "bench/guard/count.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr long kCalls = 1'000;
constexpr long kSleepers = 100;

Task<int> ready() { co_return 1; }
Task<int> yields_once() {
  co_await checkpoint();
  co_return 1;
}

long with_timeout(Task<int> (*work)()) {
  return count_of([=]() -> Task<long> {
    for (long i = 0; i < kCalls; ++i) keep(co_await wait_for(work(), 30s));
    co_return kCalls;
  });
}

long wait_for_ready() { return with_timeout(ready); }
long wait_for_yield() { return with_timeout(yields_once); }

long sleep_one() {
  return count_of([]() -> Task<long> {
    for (long i = 0; i < kCalls; ++i) co_await sleep(1ms);
    co_return kCalls;
  });
}

long sleep_1k() {
  return count_of([]() -> Task<long> {
    co_await task_group([](TaskGroup& group) {
      for (long i = 0; i < kCalls; ++i) group.create_task(sleep(1ms * (i * 7'919 % kCalls)));
    });
    co_return kCalls;
  });
}

long timer_churn() {
  return count_of([]() -> Task<long> {
    Loop& loop = get_running_loop();
    for (long i = 0; i < kCalls; ++i) loop.call_later(30s, [] {}).cancel();
    co_return kCalls;
  });
}

// --- cancelling a task that sleeps three calls deep; its start is counted, too
// -----------------------------------------

Task<> three_deep() { co_await sleep(1h); }
Task<> two_deep() { co_await three_deep(); }
Task<> one_deep() { co_await two_deep(); }

long cancel_one() {
  return count_of([]() -> Task<long> {
    for (long i = 0; i < kCalls; ++i) {
      TaskHandle<> handle = create_task(one_deep());
      co_await checkpoint();
      co_await cancel_and_wait(handle);
    }
    co_return kCalls;
  });
}

long cancel_group() {
  return count_of([]() -> Task<long> {
    co_await task_group([](TaskGroup& group) -> Task<> {
      for (long i = 0; i < kSleepers; ++i) group.create_task(one_deep());
      co_await checkpoint();
      group.cancel();
    });
    co_return kSleepers;
  });
}

const Benchmark times[] = {
    {"wait_for_ready", wait_for_ready}, {"wait_for_yield", wait_for_yield},
    {"sleep_one", sleep_one},           {"sleep_1k", sleep_1k},
    {"timer_churn", timer_churn},       {"cancel_one", cancel_one},
    {"cancel_group", cancel_group},
};

}  // namespace
}  // namespace eddy::bench

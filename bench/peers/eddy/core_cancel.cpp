// SPDX-License-Identifier: MIT
//
// Tasks that sleep three calls deep and are cancelled; that they were started is not counted.
#include <vector>

#include "bench/peers/measure.h"
#include "bench/peers/scenario.h"
#include "eddy/eddy.h"

namespace eddy::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kTurns = 2'000;
constexpr std::size_t kTasks = 100;
constexpr std::size_t kCold = 100'000;

Task<> three_deep() { co_await sleep(1h); }
Task<> two_deep() { co_await three_deep(); }
Task<> one_deep() { co_await two_deep(); }

Task<std::vector<TaskHandle<>>> sleeping() {
  std::vector<TaskHandle<>> handles;
  for (std::size_t i = 0; i < kTasks; ++i) handles.push_back(create_task(one_deep()));
  co_await checkpoint();
  co_return handles;
}

/// One after another, each joined before the next.
double cancel_one() {
  return run([]() -> Task<double> {
    Stopwatch watch;
    for (int turn = 0; turn <= kTurns; ++turn) {
      if (turn == 1) watch.reset();
      std::vector<TaskHandle<>> handles = co_await sleeping();
      watch.start();
      for (TaskHandle<>& handle : handles) co_await cancel_and_wait(handle);
      watch.stop();
    }
    co_return watch.seconds() / kTurns / kTasks;
  });
}

/// All at once, in a process where nothing ran before.
double cancel_100k() {
  return run([]() -> Task<double> {
    Stopwatch watch;
    co_await task_group([&](TaskGroup& group) -> Task<> {
      for (std::size_t i = 0; i < kCold; ++i) group.create_task(one_deep());
      co_await sleep(10ms);
      watch.start();
      group.cancel();
    });
    watch.stop();
    co_return watch.seconds() / kCold;
  });
}

const Scenario cancels[] = {{"cancel_one", cancel_one}, {"cancel_100k", cancel_100k}};

}  // namespace
}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
#include "eddy/flow/map_concurrent.h"

#include <algorithm>
#include <list>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/race.h"
#include "eddy/iter/map.h"
#include "eddy/sync/event.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

Ints up_to(int end) {
  Ints all;
  for (int i = 0; i < end; ++i) all.push_back(i);
  return all;
}

AsyncGenerator<int> ticks(Duration every, int count) {
  for (int i = 0; i < count; ++i) {
    co_await sleep(every);
    co_yield i;
  }
}

/// How many calls run, and how many ever ran at once.
struct Gauge {
  int running = 0;
  int most = 0;
  int ended = 0;

  Task<int> work(int item, Duration time) {
    most = std::max(most, ++running);
    ScopeGuard leave([this] {
      --running;
      ++ended;
    });
    co_await sleep(time);
    co_return item * 10;
  }
};

EDDY_TEST(MapConcurrent, KeepsTheOrderAndTheBound) {
  Gauge gauge;
  auto start = now();
  auto results = co_await map_concurrent(up_to(10), [&](int i) { return gauge.work(i, 1s * (10 - i)); }, 3);
  EXPECT_EQ(results, (Ints{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
  EXPECT_EQ(gauge.most, 3);
  EXPECT_LT(now() - start, 25s);
}

EDDY_TEST(MapConcurrent, TheContractExample) {
  auto process = [](const std::string& item) -> Task<std::size_t> {
    co_await sleep(100ms);
    co_return item.size();
  };
  const std::vector<std::string> items = {"a", "bb", "ccc"};
  auto results = co_await map_concurrent(items, process, 10);
  EXPECT_EQ(results, (std::vector<std::size_t>{1, 2, 3}));
}

EDDY_TEST(MapConcurrent, OfNothingIsNothing) {
  auto twice = [](int i) -> Task<int> { co_return 2 * i; };
  auto results = co_await map_concurrent(Ints(), twice, 3);
  EXPECT_TRUE(results.empty());
  results = co_await map_concurrent(ticks(1s, 0), twice, 3);
  EXPECT_TRUE(results.empty());
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// What becomes of jobs, loads and services that still run when their loop closes, and of objects that outlive it.
#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <string>

#include "eddy/core/create_task.h"
#include "eddy/flow/cache.h"
#include "eddy/flow/debounced.h"
#include "eddy/flow/every.h"
#include "eddy/flow/progress.h"
#include "eddy/flow/progress_screen_test.h"
#include "eddy/flow/service.h"
#include "eddy/flow/single_flight.h"
#include "eddy/test/counters.h"
#include "eddy/test/run.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Runs a main task that leaves others behind, and closes the loop.
template <class F>
void run_and_leave(F main) {
  test::run(main, test::Options{}.allow_leaks(true));
}

Task<int> hang(test::Counters& counts) {
  test::Tracked here(counts);
  co_await sleep(1h);
  co_return 1;
}

TEST(FlowShutdown, ALoadAndItsCallersEnd) {
  test::Counters counts;
  SingleFlight<int, int> flight;
  run_and_leave([&]() -> Task<> {
    auto load = [&counts] { return hang(counts); };
    create_task(flight.run(1, load));
    create_task(flight.run(1, load));
    co_await sleep(1s);
    EXPECT_EQ(counts.alive(), 1);
  });
  EXPECT_EQ(counts.alive(), 0);
  EXPECT_EQ(flight.size(), 0U);
}

TEST(FlowShutdown, ACacheMayOutliveItsLoop) {
  test::Counters counts;
  AsyncCache<std::string, int> cache;
  run_and_leave([&]() -> Task<> {
    auto load = [&counts] { return hang(counts); };
    create_task(cache.get("a", load));
    cache.put("b", 2);
    co_await sleep(1s);
  });
  EXPECT_EQ(counts.alive(), 0);
  EXPECT_FALSE(cache.peek("a"));
  EXPECT_EQ(cache.size(), 1U);
}

TEST(FlowShutdown, ADebouncedMayOutliveItsLoop) {
  test::Counters counts;
  int calls = 0;
  auto note = [&calls] { ++calls; };
  auto work = [&counts] { return hang(counts); };
  std::optional<Debounced> due(std::in_place, 1h, note);
  std::optional<Debounced> running(std::in_place, 0s, work);
  run_and_leave([&]() -> Task<> {
    (*due)();
    (*running)();
    co_await sleep(1s);
    EXPECT_EQ(counts.alive(), 1);
  });
  EXPECT_EQ(counts.alive(), 0);
  EXPECT_EQ(calls, 0);
  due.reset();
  running.reset();
}

TEST(FlowShutdown, AJobEnds) {
  test::Counters counts;
  auto work = [&counts] { return hang(counts); };
  run_and_leave([&]() -> Task<> {
    create_task(every(1s, work));
    co_await sleep(1s);
    EXPECT_EQ(counts.alive(), 1);
  });
  EXPECT_EQ(counts.alive(), 0);
}

TEST(FlowShutdown, AServiceEndsAndGivesTheSignalsBack) {
  struct sigaction before{};
  struct sigaction after{};
  ::sigaction(SIGTERM, nullptr, &before);
  test::Counters counts;
  auto body = [&counts](Service&) { return hang(counts); };
  run_and_leave([&]() -> Task<> {
    create_task(run_service(body));
    co_await sleep(1s);
    EXPECT_EQ(counts.alive(), 1);
  });
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(counts.alive(), 0);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(FlowShutdown, ABarIsClosed) {
  FakeScreen screen;
  auto work = [&screen]() -> Task<> {
    Progress bar("pages", 2, ProgressOptions().output(screen));
    bar.advance();
    co_await sleep(1h);
  };
  run_and_leave([&]() -> Task<> {
    create_task(work);
    co_await sleep(1s);
  });
  EXPECT_NE(screen.text().find("1/2 [00:01, 1.00it/s]\n"), std::string::npos) << screen.text();
}

}  // namespace
}  // namespace eddy

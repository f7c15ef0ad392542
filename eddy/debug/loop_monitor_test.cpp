// SPDX-License-Identifier: MIT
#include "eddy/debug/loop_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/run.h"
#include "eddy/sync/event.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/failures_of.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

void block(Duration span) {
  const auto end = std::chrono::steady_clock::now() + span;
  while (std::chrono::steady_clock::now() < end) continue;
}

Task<> crunch() {
  co_await sleep(1ms);
  block(20ms);
  co_await sleep(1ms);
}

/// The reports of a monitor with a threshold of 10 ms; those of a machine that was busy elsewhere are not ours.
class Reports {
 public:
  Reports() {
    monitor.on_lag([this](const LagReport& report) {
      if (report.longest >= 10ms) all_.push_back(report);
    });
  }
  const std::vector<LagReport>& all() const { return all_; }
  LoopMonitor monitor{10ms};

 private:
  std::vector<LagReport> all_;
};

const TaskUse* find_use(const std::vector<TaskUse>& uses, const std::string& function, const std::string& name = "") {
  const auto found = std::ranges::find_if(
      uses, [&](const TaskUse& use) { return use.function.ends_with(function) && use.name == name; });
  return found != uses.end() ? &*found : nullptr;
}

// --- lag -------------------------------------------------------------------------------------------------------------

EDDY_TEST(LoopMonitorTest, TellsWhoBlockedTheLoopAndBetweenWhichAwaits) {
  Reports reports;
  auto task = create_task(crunch);
  task.set_name("cruncher");
  co_await task;
  co_await sleep(1ms);
  CO_ASSERT_EQ(reports.all().size(), 1u);
  const LagReport& report = reports.all().front();
  EXPECT_GE(report.lag, 20ms);
  EXPECT_GE(report.longest, 20ms);
  EXPECT_EQ(report.longest_by, "task 'cruncher'");
  EXPECT_THAT(report.from, StartsWith("loop_monitor_test.cpp:"));
  EXPECT_THAT(report.from, HasSubstr(" in eddy::debug::crunch"));
  EXPECT_THAT(report.to, HasSubstr(" in eddy::debug::crunch"));
  EXPECT_NE(report.from, report.to);
  EXPECT_THAT(report.text(), HasSubstr("task 'cruncher' ran "));
  EXPECT_GE(reports.monitor.stats().lags, 1u);
}

Task<> crunch_at_once() {
  block(20ms);
  co_return;
}

EDDY_TEST(LoopMonitorTest, FromTheStartToTheEnd) {
  Reports reports;
  co_await create_task(crunch_at_once);
  co_await sleep(1ms);
  CO_ASSERT_EQ(reports.all().size(), 1u);
  EXPECT_EQ(reports.all().front().from, "its start");
  EXPECT_EQ(reports.all().front().to, "its end");
}

EDDY_TEST(LoopMonitorTest, CallbacksBlockToo) {
  Reports reports;
  get_running_loop().call_soon([] { block(20ms); });
  co_await sleep(1ms);
  co_await sleep(1ms);
  CO_ASSERT_EQ(reports.all().size(), 1u);
  EXPECT_EQ(reports.all().front().longest_by, "a callback");
  EXPECT_THAT(reports.all().front().text(), HasSubstr("a callback ran "));
}

EDDY_TEST(LoopMonitorTest, OfMoreTasksTheLongestIsNamed) {
  Reports reports;
  co_await gather(create_task([]() -> Task<> {
                    block(1ms);
                    co_return;
                  }),
                  create_task(crunch_at_once));
  co_await sleep(1ms);
  CO_ASSERT_EQ(reports.all().size(), 1u);
  EXPECT_GE(reports.all().front().dispatches, 2u);
  EXPECT_GE(reports.all().front().longest, 20ms);
}

Task<> waits_for_a_child_and_crunches() {
  auto body = [](TaskGroup& tg) { tg.create_task(sleep(1ms)); };
  co_await task_group(body);
  block(20ms);
}

EDDY_TEST(LoopMonitorTest, WhoGoesOnWhenItsLastChildEndsAnswersForItself) {
  Reports reports;
  auto task = create_task(waits_for_a_child_and_crunches);
  task.set_name("parent");
  co_await task;
  co_await sleep(1ms);
  CO_ASSERT_EQ(reports.all().size(), 1u);
  EXPECT_EQ(reports.all().front().longest_by, "task 'parent'");
  EXPECT_EQ(reports.all().front().from, "the end of its child");
  const auto uses = reports.monitor.busiest(100);
  EXPECT_GE(find_use(uses, "waits_for_a_child_and_crunches", "parent")->busy, 20ms);
}

EDDY_TEST(LoopMonitorTest, ReportsArriveAlthoughTheLoopWouldSleep) {
  Duration reported{};
  LoopMonitor monitor{10ms};
  monitor.on_lag([&](const LagReport& report) { reported = std::max(reported, report.lag); });
  auto until = now() + 1h;
  get_running_loop().call_soon([] { block(20ms); });
  get_running_loop().call_later(1ms, [&] { EXPECT_GE(reported, 20ms); });
  co_await sleep_until(until);
}

EDDY_TEST(LoopMonitorTest, NobodyIsToldOfWhatIsBelowTheThreshold) {
  LoopMonitor monitor{1h};
  monitor.on_lag([](const LagReport& report) { ADD_FAILURE() << report.text(); });
  get_running_loop().call_soon([] { block(2ms); });
  co_await sleep(1ms);
  co_await sleep(2h);
  EXPECT_EQ(monitor.stats().lags, 0u);
  EXPECT_GE(monitor.histogram().max(), 2'000'000u);
}

EDDY_TEST(LoopMonitorTest, TheTimeThatTheCallbackTakesIsNotReported) {
  LoopMonitor monitor{5ms};
  std::vector<std::string> who;
  monitor.on_lag([&](const LagReport& report) {
    who.push_back(report.longest_by);
    block(8ms);
  });
  co_await sleep(1ms);
  block(8ms);
  for (int i = 0; i < 5; ++i) co_await sleep(1ms);
  EXPECT_FALSE(who.empty());
  EXPECT_EQ(std::ranges::count(who, "a callback"), 0);
}

EDDY_TEST(LoopMonitorTest, TheCallbackMayDestroyTheMonitor) {
  auto monitor = std::make_unique<LoopMonitor>(10ms);
  int calls = 0;
  monitor->on_lag([&](const LagReport&) {
    ++calls;
    monitor.reset();
  });
  block(20ms);
  co_await sleep(1ms);
  get_running_loop().call_soon([] { block(20ms); });
  co_await sleep(1ms);
  co_await sleep(1ms);
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(LoopMonitorTest, AMonitorThatIsGoneReportsNoMore) {
  int calls = 0;
  {
    LoopMonitor monitor{10ms};
    monitor.on_lag([&](const LagReport&) { ++calls; });
    get_running_loop().call_soon([] { block(20ms); });
    co_await sleep(0s);
  }
  co_await sleep(1ms);
  EXPECT_LE(calls, 1);  // the machine's own lags aside it is zero; what matters is that nothing of it is used any more
}

TEST(LoopMonitorTest, WhatTheCallbackThrowsGoesToTheExceptionHandler) {
  std::string handled;
  run([&]() -> Task<> {
    get_running_loop().set_exception_handler([&](Loop&, const ErrorContext& context) { handled = context.message; });
    LoopMonitor monitor{10ms};
    monitor.on_lag([](const LagReport&) { throw std::runtime_error("no"); });
    block(20ms);
    co_await sleep(1ms);
    co_await sleep(1ms);
  });
  EXPECT_EQ(handled, "exception in callback");
}

// --- counting --------------------------------------------------------------------------------------------------------

Task<> nothing(int) { co_return; }
Task<> waits(Event& event) { co_await event.wait(); }
Task<> spawns(Event& event) {
  co_await task_group([&](TaskGroup& tg) { tg.create_tasks(waits, std::vector(3, std::ref(event))); });
}

EDDY_TEST(LoopMonitorTest, CountsTasksFromTheirStartToTheirEnd) {
  LoopMonitor monitor;
  co_await task_group([](TaskGroup& tg) { tg.create_tasks(nothing, std::views::iota(0, 10)); });
  const LoopStats stats = monitor.stats();
  EXPECT_EQ(stats.tasks_started, 11u);  // and we, who were there before
  EXPECT_EQ(stats.tasks_ended, 10u);
  EXPECT_EQ(stats.tasks(), 1u);
  EXPECT_GE(stats.dispatches, 10u);
  EXPECT_EQ(find_use(monitor.busiest(100), "nothing")->tasks, 10u);
}

EDDY_TEST(LoopMonitorTest, LiveTasksAreGroupedByFunctionAndByWhoStartedThem) {
  LoopMonitor monitor;
  Event go;
  auto group = create_task(spawns, std::ref(go));
  auto single = create_task(waits, std::ref(go));
  co_await test::all_blocked();
  const auto live = monitor.live_tasks();
  const auto count = [&](const std::string& function, const std::string& started_in) {
    std::uint64_t sum = 0;
    for (const LiveTasks& row : live) {
      if (row.function.ends_with(function) && row.started_in.ends_with(started_in)) sum += row.count;
    }
    return sum;
  };
  std::string told;
  for (const LiveTasks& row : live) told += row.function + " from " + row.started_in + "\n";
  EXPECT_EQ(count("::waits", "::spawns"), 3u) << told;
  EXPECT_EQ(count("::waits", ""), 4u);
  EXPECT_EQ(count("::spawns", ""), 1u);
  EXPECT_TRUE(std::ranges::is_sorted(live, std::ranges::greater(), &LiveTasks::oldest));
  go.set();
  co_await group;
  co_await single;
  EXPECT_EQ(monitor.stats().tasks(), 1u);
}

Task<> looks_up() { co_await sleep(1ms); }

Task<> accepts(Event& go) {
  for (int i = 0; i < 3; ++i) {
    co_await looks_up();
    create_task(waits, std::ref(go));
    create_task([](Event& event) -> Task<> { co_await event.wait(); }, std::ref(go));
    co_await looks_up();
  }
  co_await go.wait();
}

EDDY_TEST(LoopMonitorTest, WhoStartedATaskIsTheOneWhoseCodeItWas) {
  LoopMonitor monitor;
  Event go;
  auto acceptor = create_task(accepts, std::ref(go));
  co_await sleep(1s);
  const auto live = monitor.live_tasks();
  CO_ASSERT_EQ(live.size(), 4U);  // we, the acceptor, and what it has started
  EXPECT_THAT(live[0].started_in, testing::IsEmpty());
  EXPECT_THAT(live[1].function, testing::EndsWith("accepts"));
  EXPECT_THAT(live[1].started_in, testing::Not(testing::IsEmpty()));
  for (std::size_t i = 2; i < 4; ++i) {
    EXPECT_EQ(live[i].count, 3U);
    EXPECT_THAT(live[i].started_in, testing::EndsWith("accepts"));
  }
  go.set();
  co_await acceptor;
  co_await test::all_blocked();
}

EDDY_TEST(LoopMonitorTest, BusyTimeGoesToNamesOrElseToFunctionsAndSumsUp) {
  LoopMonitor monitor;
  co_await create_task(crunch_at_once);
  auto named = create_task(crunch_at_once);
  named.set_name("special");
  co_await named;
  const auto uses = monitor.busiest(100);
  CO_ASSERT_TRUE(find_use(uses, "crunch_at_once"));
  CO_ASSERT_TRUE(find_use(uses, "crunch_at_once", "special"));
  EXPECT_GE(find_use(uses, "crunch_at_once")->busy, 20ms);
  EXPECT_GE(find_use(uses, "crunch_at_once", "special")->busy, 20ms);
  EXPECT_THAT(find_use(uses, "crunch_at_once")->place, StartsWith("loop_monitor_test.cpp:"));
  EXPECT_TRUE(std::ranges::is_sorted(uses, std::ranges::greater(), &TaskUse::busy));
  EXPECT_EQ(monitor.busiest(1).size(), 1u);
}

template <class T>
Task<> handles(T) {
  co_await sleep(1ms);
}

EDDY_TEST(LoopMonitorTest, ATemplatesFunctionsShareARow) {
  LoopMonitor monitor;
  co_await create_task(handles(1));
  co_await create_task(handles('c'));
  const auto uses = monitor.busiest(100);
  EXPECT_EQ(std::ranges::count_if(uses, [](const TaskUse& use) { return use.function.ends_with("handles"); }), 1);
  CO_ASSERT_TRUE(find_use(uses, "handles"));
  EXPECT_EQ(find_use(uses, "handles")->tasks, 2u);
}

EDDY_TEST(LoopMonitorTest, ManyNamesShareARoomAndTheSumStaysExact) {
  LoopMonitor monitor;
  constexpr int kTasks = 1000;
  for (int i = 0; i < kTasks; ++i) {
    auto task = create_task(nothing, i);
    task.set_name("job-" + std::to_string(i));
    co_await task;
  }
  const auto uses = monitor.busiest(10'000);
  EXPECT_LE(uses.size(), 300u);
  std::uint64_t tasks = 0;
  std::uint64_t dispatches = 0;
  for (const TaskUse& use : uses) {
    tasks += use.tasks;
    dispatches += use.dispatches;
  }
  EXPECT_EQ(tasks, monitor.stats().tasks_started);
  EXPECT_EQ(dispatches, monitor.stats().dispatches);
}

EDDY_TEST(LoopMonitorTest, TurnsAndWhatIsReady) {
  LoopMonitor monitor;
  co_await sleep(1ms);
  for (int i = 0; i < 7; ++i) get_running_loop().call_soon([] {});
  get_running_loop().call_later(1ms, [] {});
  co_await sleep(1ms);
  co_await sleep(1ms);
  const LoopStats stats = monitor.stats();
  EXPECT_GE(stats.turns, 3u);
  EXPECT_EQ(stats.turn.count(), stats.turns);
  EXPECT_GE(stats.lag.count(), stats.turns);
  EXPECT_GE(stats.ready.max(), 2u);
  EXPECT_GT(stats.busy, Duration::zero());
}

TEST(LoopMonitorTest, UtilisationIsTheShareOfTimeInTurns) {
  run([]() -> Task<> {
    LoopMonitor monitor;
    co_await sleep(20ms);
    co_await sleep(20ms);
    const double idle = monitor.stats().utilisation;
    EXPECT_GE(monitor.stats().slept, 30ms);
    block(50ms);
    EXPECT_GT(monitor.stats().utilisation, idle);
    EXPECT_LT(monitor.stats().utilisation, 1);
    EXPECT_GE(monitor.stats().busy, 50ms);
  });
}

// --- whom it watches -------------------------------------------------------------------------------------------------

TEST(LoopMonitorTest, WatchesOneLoopAtATime) {
  Loop first;
  Loop second;
  LoopMonitor monitor(first, 100ms);
  EXPECT_NO_THROW(monitor.attach(first));
  EXPECT_THROW(monitor.attach(second), RuntimeError);
  monitor.detach();
  EXPECT_NO_THROW(monitor.attach(second));
}

TEST(LoopMonitorTest, AttachesLaterAndStaysReadableAfterTheLoop) {
  LoopMonitor monitor;
  monitor.set_name("worker");
  {
    Loop loop;
    monitor.attach(loop);
    loop.run_until_complete(nothing(1));
  }
  EXPECT_EQ(monitor.stats().tasks_started, 1u);
  EXPECT_EQ(monitor.stats().tasks_ended, 1u);
  EXPECT_EQ(monitor.stats().loop, "worker");
  EXPECT_TRUE(monitor.live_tasks().empty());
}

EDDY_TEST(LoopMonitorTest, DetachedItKeepsItsNumbersAndForgetsTheTasks) {
  LoopMonitor monitor;
  Event go;
  auto task = create_task(waits, std::ref(go));
  task.set_name("waiter");
  co_await test::all_blocked();
  monitor.detach();
  go.set();
  co_await task;
  task = create_task(waits, std::ref(go));
  co_await task;
  EXPECT_EQ(monitor.stats().tasks_started, 2u);
  EXPECT_EQ(monitor.stats().tasks(), 0u);
  EXPECT_TRUE(find_use(monitor.busiest(100), "waits", "waiter"));
  EXPECT_TRUE(monitor.live_tasks().empty());
}

Task<> gathers(int depth) {
  if (depth == 0) co_return co_await sleep(1ms);
  co_await gather(gathers(depth - 1), nothing(1));
}

Task<> gathers_and_goes_on() {
  co_await gathers(2);
  co_await sleep(1ms);
}

EDDY_TEST(LoopMonitorTest, BranchesThatWereThereBeforeMayEndOneAfterTheOtherInADispatch) {
  auto task = create_task(gathers_and_goes_on);
  co_await test::all_blocked();
  LoopMonitor monitor{1ns};
  co_await task;
  EXPECT_EQ(monitor.stats().tasks_ended, 1u);
}

EDDY_TEST(LoopMonitorTest, TwoMayWatchOneLoop) {
  LoopMonitor first;
  co_await create_task(nothing, 1);
  LoopMonitor second;
  co_await create_task(nothing, 2);
  EXPECT_EQ(first.stats().tasks_started, 3u);
  EXPECT_EQ(second.stats().tasks_started, 2u);
}

}  // namespace
}  // namespace eddy::debug

// SPDX-License-Identifier: MIT
//
// What debug mode finds of cancels and of loops that end: each finding in full, and what looks alike but is in order.
#include "eddy/core/debug_mode.h"

#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/wait.h"
#include "eddy/core/create_task.h"
#include "eddy/core/error_print.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr auto kDebug = test::Options{}.debug(true);

/// What is found from now on, in virtual time; places have no line.
class Findings {
 public:
  Findings() {
    get_running_loop().set_exception_handler([this](Loop&, const ErrorContext& context) { add(context); });
  }
  void add(const ErrorContext& context) {
    if (context.kind == ErrorKind::slow_callback) return;  // the machine's doing
    kinds.push_back(context.kind);
    texts.push_back(std::regex_replace(context.message, std::regex("debug_mode_test.cpp:[0-9]+"), "HERE"));
    places.push_back(context.where.line());
  }

  std::vector<ErrorKind> kinds;
  std::vector<std::string> texts;
  std::vector<unsigned> places;
};

using Texts = std::vector<std::string>;

// --- cleanup that outlives its cancel --------------------------------------------------------------------------------

Task<> close_all(Duration takes) { co_await shield(sleep(takes)); }

EDDY_TEST(SlowCleanupTest, IsReportedOnceWithItsPlace, kDebug) {
  Findings found;
  auto task = create_task(close_all, 20s);
  task.set_name("job-3");
  co_await sleep(1s);
  task.cancel();
  for (int i = 0; i < 49; ++i) co_await sleep(100ms);
  EXPECT_EQ(found.texts, Texts{});
  co_await sleep(200ms);
  EXPECT_EQ(found.texts, Texts{"task 'job-3' is still cleaning up 5 s after its cancel, at HERE in eddy::close_all"});
  EXPECT_EQ(found.kinds, std::vector{ErrorKind::slow_cleanup});
  CO_ASSERT_EQ(found.places.size(), 1U);
  EXPECT_GT(found.places[0], 0U);
  co_await wait_for(shield(task), 60s);
  EXPECT_EQ(found.texts.size(), 1U);
}

// No timer is kept for it: it is the clock's jump over all that time which shows it.
EDDY_TEST(SlowCleanupTest, IsSeenWhenTheLoopTurns, kDebug) {
  Findings found;
  auto task = create_task(close_all, 1h);
  co_await sleep(1s);
  task.cancel();
  co_await cancel_and_wait(task);
  EXPECT_EQ(found.texts.size(), 1U);
  EXPECT_EQ(get_running_loop().timers().size(), 0U);
}

/// Cancels a task whose cleanup takes three seconds.
Task<> clean_up_slowly(Duration limit) {
  get_running_loop().set_slow_cleanup(limit);
  auto task = create_task(close_all, 3s);
  task.set_name("job");
  co_await sleep(1s);
  co_await cancel_and_wait(task);
}

EDDY_TEST(SlowCleanupTest, TheLimitCanBeSet, kDebug) {
  Findings found;
  co_await clean_up_slowly(1500ms);
  EXPECT_EQ(found.texts, Texts{"task 'job' is still cleaning up 1.5 s after its cancel, at HERE in eddy::close_all"});
}

EDDY_TEST(SlowCleanupTest, AShortLimitIsNotRoundedAway, kDebug) {
  Findings found;
  co_await clean_up_slowly(20ms);
  EXPECT_EQ(found.texts, Texts{"task 'job' is still cleaning up 20 ms after its cancel, at HERE in eddy::close_all"});
}

EDDY_TEST(SlowCleanupTest, WhoeverEndsInTimeIsNotMentioned, kDebug) {
  Findings found;
  std::vector<TaskHandle<>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(create_task(close_all, 4900ms));
  auto never_began = create_task(close_all, 1h);
  never_began.cancel();
  co_await sleep(0s);
  for (auto& task : tasks) task.cancel();
  for (auto& task : tasks) co_await wait(task);
  co_await sleep(1h);
  EXPECT_EQ(found.texts, Texts{});
}

EDDY_TEST(SlowCleanupTest, OfSeveralEachIsReported, kDebug) {
  Findings found;
  auto first = create_task(close_all, 1h);
  first.set_name("first");
  auto second = create_task(close_all, 1h);
  second.set_name("second");
  co_await sleep(1s);
  second.cancel();
  co_await sleep(1s);
  first.cancel();
  co_await sleep(4500ms);
  EXPECT_EQ(found.texts.size(), 1U);
  co_await wait(first, second);
  CO_ASSERT_EQ(found.texts.size(), 2U);
  EXPECT_EQ(found.texts[0].find("task 'second'"), 0U);
  EXPECT_EQ(found.texts[1].find("task 'first'"), 0U);
}

// --- cancelled, but goes on ------------------------------------------------------------------------------------------

Task<> ignores_its_cancel(int times) {
  for (int i = 0; i < times; ++i) (void)co_await outcome(sleep(1s));
}

EDDY_TEST(IgnoredCancelTest, IsReportedOnceWithItsPlace, kDebug) {
  Findings found;
  auto task = create_task(ignores_its_cancel, 1000);
  task.set_name("x");
  co_await sleep(1ms);
  task.cancel();
  co_await wait(task);
  EXPECT_EQ(found.texts,
            Texts{"task 'x' was cancelled, but goes on: it has ignored 100 cancelled awaits, last at HERE in "
                  "eddy::ignores_its_cancel; leave the loop when an outcome is cancelled()"});
  EXPECT_EQ(found.kinds, std::vector{ErrorKind::ignored_cancel});
  CO_ASSERT_EQ(found.places.size(), 1U);
  EXPECT_GT(found.places[0], 0U);
}

Task<> catches_everything(int times) {
  for (int i = 0; i < times; ++i) {
    auto ended = co_await outcome(sleep(1s));
    try {
      ended.value();
    } catch (...) {  // NOLINT(bugprone-empty-catch): what is shown
    }
  }
}

EDDY_TEST(IgnoredCancelTest, ACatchAllIsFound, kDebug) {
  Findings found;
  auto task = create_task(catches_everything, 1000);
  co_await sleep(1ms);
  task.cancel();
  co_await wait(task);
  EXPECT_EQ(found.kinds, std::vector{ErrorKind::ignored_cancel});
}

Task<> cleans_up_thoroughly() {
  (void)co_await outcome(sleep(1h));
  for (int i = 0; i < 99; ++i) (void)co_await outcome(sleep(1s));  // hopeless, but it ends
  for (int i = 0; i < 500; ++i) co_await shield(sleep(1ms));
  for (int i = 0; i < 500; ++i) (void)co_await shield(try_for(sleep(1s), 0s));  // not by its cancel
  auto sleeps = [] {
    std::vector<detail::Sleep> many;
    for (int i = 0; i < 500; ++i) many.push_back(sleep(1s));
    return many;
  };
  (void)co_await outcome(gather(sleeps()));
}

EDDY_TEST(IgnoredCancelTest, CleanupIsNot, kDebug) {
  Findings found;
  auto task = create_task(cleans_up_thoroughly);
  co_await sleep(1ms);
  task.cancel();
  co_await wait(task);
  EXPECT_EQ(found.texts, Texts{});
}

// Each timeout has expired, but nobody has cancelled the task.
EDDY_TEST(IgnoredCancelTest, NorAreTimeouts, kDebug) {
  Findings found;
  for (int i = 0; i < 500; ++i) {
    auto ended = co_await outcome(wait_for(sleep(1s), 0s));
    EXPECT_TRUE(ended.error_as<TimeoutError>());
  }
  EXPECT_EQ(found.texts, Texts{});
}

// --- on the wrong loop -----------------------------------------------------------------------------------------------

Task<> holds(Lock& lock, Event& enough) {
  auto held = co_await lock.acquire();
  co_await enough.wait();
}
Task<> wants(Lock& lock) { auto held = co_await lock.acquire(); }

void turn(Loop& loop) {
  loop.run_until_complete([]() -> Task<> {
    for (int i = 0; i < 3; ++i) co_await sleep(0s);
  });
}

// The lock cannot tell: nobody waits for it when the other loop's task comes. The one that lets go wakes it, here.
TEST(WrongLoopTest, ATaskThatIsWokenOnAnotherLoop) {
  std::vector<ErrorContext> found;
  Lock lock;
  Event enough;
  Loop other;
  Loop home;
  other.set_debug(false);
  home.set_debug(true);
  home.set_slow_callback(60s);
  home.set_exception_handler([&](Loop&, const ErrorContext& context) { found.push_back(context); });
  auto first = home.create_task(holds, std::ref(lock), std::ref(enough));
  turn(home);
  auto second = other.create_task(wants, std::ref(lock));
  second.set_name("stranger");
  turn(other);
  home.call_soon([&] { enough.set(); });
  turn(home);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message,
            "task 'stranger' is attached to a different loop, but this one goes on with it: both use the same lock, "
            "queue, limiter or group; give each loop its own, or cross with call_soon_threadsafe");
  EXPECT_EQ(found[0].kind, ErrorKind::wrong_loop);
  EXPECT_TRUE(second.done());
}

std::string printed;  // by the thread that has no loop, which has ended when it is read

TEST(WrongLoopTest, ATaskThatIsWokenOnAThreadWithoutALoopIsReported) {
  const detail::PrintWatch before =
      detail::watch_printed_errors([](const ErrorContext& context) { printed = context.message; });
  Event event;
  const auto main = [&]() -> Task<> {
    auto waiter = create_task([&]() -> Task<> { co_await event.wait(); });
    waiter.set_name("waiter");
    co_await sleep(1ms);
    std::thread([&] { event.set(); }).join();  // wrong, and harmless only because we wait for it
    co_await waiter;
  };
  run(main, RunOptions().debug(true).slow_callback(60s));
  detail::watch_printed_errors(before);
  EXPECT_EQ(printed,
            "task 'waiter' is woken on a thread that runs no loop, while its own loop runs on another: it may sleep "
            "for ever; cross with call_soon_threadsafe, or use a ThreadSafeQueue");
}

TEST(WrongLoopTest, TwoLoopsThatShareNothingAreInOrder) {
  Loop first;
  Loop second;
  for (Loop* loop : {&first, &second}) {
    loop->set_debug(true);
    loop->set_slow_callback(60s);
    loop->set_exception_handler([](Loop&, const ErrorContext& context) { ADD_FAILURE() << context.message; });
  }
  for (int i = 0; i < 3; ++i) {
    turn(first);
    turn(second);
  }
}

// --- destroyed pending -----------------------------------------------------------------------------------------------

Texts findings_of_a_run(Task<> (*main)(), const RunOptions& options = {}) {
  Texts texts;
  auto heard = [&]() -> Task<> {
    get_running_loop().set_exception_handler([&](Loop&, const ErrorContext& context) {
      EXPECT_EQ(context.kind, ErrorKind::destroyed_pending);
      texts.push_back(std::regex_replace(context.message, std::regex("debug_mode_test.cpp:[0-9]+"), "HERE"));
    });
    co_await main();
  };
  run(heard, RunOptions(options).debug(true).slow_callback(60s));
  return texts;
}

Task<> waits_for_ever() { co_await Event().wait(); }

Task<> leaves_one_waiting() {
  create_task(waits_for_ever).set_name("background");
  auto cancelled_in_time = create_task(waits_for_ever);
  co_await sleep(1ms);
  auto never = create_task(waits_for_ever);
  never.cancel();
}

// That `run` cancels what is left is its contract.
TEST(DestroyedPendingTest, WhatWaitsAtTheEndIsCancelledAndNotMentioned) {
  EXPECT_EQ(findings_of_a_run(leaves_one_waiting), Texts{});
}

Task<> hangs_in_its_cleanup() { co_await shield(waits_for_ever()); }

Task<> leaves_one_hanging() {
  create_task(hangs_in_its_cleanup).set_name("stubborn");
  co_await sleep(1ms);
}

TEST(DestroyedPendingTest, WhatTheLoopGaveUpIsReportedWithItsPlace) {
  EXPECT_EQ(findings_of_a_run(leaves_one_hanging, RunOptions().shutdown_grace(1ms)),
            Texts{"task 'stubborn' is still cleaning up after the loop was told to close, at HERE in "
                  "eddy::waits_for_ever; cancelling it through its shields"});
}

TEST(DestroyedPendingTest, ATaskThatNeverRan) {
  std::vector<ErrorContext> found;
  Loop loop;
  loop.set_debug(true);
  loop.set_exception_handler([&](Loop&, const ErrorContext& context) { found.push_back(context); });
  loop.create_task(waits_for_ever).set_name("straggler");
  auto cancelled_in_time = loop.create_task(waits_for_ever);
  cancelled_in_time.cancel();
  loop.close();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message,
            "task 'straggler' was destroyed pending: it never ran, because its loop ended first; await it before the "
            "main task ends");
  EXPECT_EQ(found[0].kind, ErrorKind::destroyed_pending);
}

}  // namespace
}  // namespace eddy

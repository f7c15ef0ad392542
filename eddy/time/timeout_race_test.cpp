// SPDX-License-Identifier: MIT
//
// A timeout and something else in one turn, in both orders.
#include <stdexcept>
#include <string>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/any_task.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

constexpr auto kInOrder = test::Options{}.seed(0).shuffle(false);

Task<> for_ever() { co_await sleep(1h); }

EDDY_TEST(TimeoutRaceTest, CancelThenTimeoutInOneTurnIsACancellation, kInOrder) {
  bool timed_out = false;
  TaskHandle<> task;
  get_running_loop().call_later(1s, [&] { task.cancel(); });  // due together with the timeout, dispatched after it
  task = create_task([&]() -> Task<> {
    try {
      co_await timeout(1s, [] { return for_ever(); });
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    co_await checkpoint();
  });
  co_await sleep(2s);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(timed_out);
}

EDDY_TEST(TimeoutRaceTest, CancelWhileCleaningUpAfterTheTimeoutIsACancellation) {
  bool timed_out = false;
  bool cleaned = false;
  auto cleanup = [&]() -> Task<> {
    co_await sleep(2s);
    cleaned = true;
  };
  auto body = [&]() -> Task<> { co_await finally(for_ever(), [&] { return cleanup(); }); };
  auto task = create_task([&]() -> Task<> {
    try {
      co_await timeout(1s, body);
    } catch (const TimeoutError&) {
      timed_out = true;
    }
  });
  co_await sleep(2s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(timed_out);
}

EDDY_TEST(TimeoutRaceTest, CancelAfterTheTimeoutWasThrownIsSeenAtTheNextAwait) {
  std::string log;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await timeout(1s, [] { return for_ever(); });
    } catch (const TimeoutError&) {
      log += "timeout ";
    }
    co_await sleep(1h);
    log += "unreached";
  });
  co_await sleep(2s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(log, "timeout ");
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TimeoutRaceTest, ABodyThatEndsInTheTurnOfTheDeadlineIsCancelledLikeASlowerOne, kInOrder) {
  // Both are due at the same time; the timeout was armed first.
  auto result = co_await outcome(timeout(1s, [] { return sleep(1s); }));
  EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(TimeoutRaceTest, ABodyThatEndsFirstInThatTurnHasItsValue, kInOrder) {
  TaskHandle<int> value;
  auto make = []() -> Task<int> {
    co_await sleep(1s);
    co_return 5;
  };
  value = create_task(make);
  co_await test::all_blocked();
  // Its timer was armed before the timeout's: it ends first, and its awaiter has its grant taken back.
  auto result = co_await outcome(timeout(1s, [&]() -> Task<int> { co_return co_await value; }));
  if (result.has_value()) {
    EXPECT_EQ(*result, 5);
  } else {
    EXPECT_NE(result.error_as<TimeoutError>(), nullptr);
  }
  EXPECT_EQ(value.result(), 5);  // nothing is lost either way
}

EDDY_TEST(TimeoutRaceTest, ATaskThatCancelsItselfInsideATimeoutIsCancelled) {
  auto task = create_task([]() -> Task<> {
    co_await timeout(1h, []() -> Task<> {
      current_task().cancel();
      co_await sleep(1s);
    });
  });
  co_await test::all_blocked();
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(TimeoutRaceTest, AnErrorInTheTurnOfTheDeadlineWins, kInOrder) {
  auto fail = []() -> Task<> {
    auto result = co_await outcome(sleep(1h));
    throw std::runtime_error("in that very turn");
  };
  auto result = co_await outcome(timeout(1s, fail));
  EXPECT_EQ(result.message(), "in that very turn");
}

EDDY_TEST(TimeoutRaceTest, AThousandTimeoutsAndSleepsDueTogetherAllEnd) {
  int ended = 0;
  auto one = [&](int i) -> Task<> {
    auto result = co_await outcome(timeout(std::chrono::milliseconds(i % 10), sleep(std::chrono::milliseconds(i % 7))));
    EXPECT_TRUE(result || result.error_as<TimeoutError>());
    ++ended;
  };
  co_await task_group([&](TaskGroup& tg) {
    for (int i = 0; i < 1000; ++i) tg.create_task(std::ref(one), i);
  });
  EXPECT_EQ(ended, 1000);
  EXPECT_EQ(get_running_loop().timers().size(), 0u);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/combine/background.h"

#include <stdexcept>
#include <string>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

struct Monitor {
  int beats = 0;
  bool stopped = false;

  Task<> run() {
    ScopeGuard mark([this] { stopped = true; });
    for (;;) {
      co_await sleep(1s);
      ++beats;
    }
  }
};

Task<> fail_after(Duration time) {
  co_await sleep(time);
  throw std::runtime_error("background");
}

EDDY_TEST(Background, RunsBesideTheBodyAndEndsWithIt) {
  Monitor monitor;
  int result = co_await with(background(monitor.run()), [&]() -> Task<int> {
    co_await sleep(3500ms);
    EXPECT_FALSE(monitor.stopped);
    co_return monitor.beats;
  });
  EXPECT_EQ(result, 3);
  EXPECT_TRUE(monitor.stopped);
}

EDDY_TEST(Background, TakesACallableWithArguments) {
  Monitor monitor;
  co_await with(background(&Monitor::run, &monitor), [] { return sleep(1500ms); });
  EXPECT_EQ(monitor.beats, 1);
  int ticks = 0;
  auto tick = [](int& count, int step) -> Task<> {
    for (;;) {
      co_await sleep(1s);
      count += step;
    }
  };
  co_await with(background(tick, std::ref(ticks), 2), [] { return sleep(2500ms); });
  EXPECT_EQ(ticks, 4);
}

EDDY_TEST(Background, OfAHandleIsCancelledAtTheEnd) {
  Monitor monitor;
  auto handle = create_task(monitor.run());
  co_await with(background(handle), [] { return sleep(2500ms); });
  co_await sleep(0s);
  EXPECT_TRUE(handle.cancelled());
}

EDDY_TEST(Background, ThatEndsFirstChangesNothing) {
  auto start = now();
  co_await with(background(sleep(1s)), [] { return sleep(5s); });
  EXPECT_EQ(now() - start, 5s);
}

EDDY_TEST(Background, ThatFailsCancelsTheBodyAndThrows) {
  auto start = now();
  bool body_gone = false;
  auto r = co_await outcome(with(background(fail_after(1s)), [&]() -> Task<int> {
    ScopeGuard mark([&] { body_gone = true; });
    co_await sleep(1h);
    co_return 1;
  }));
  EXPECT_EQ(r.message(), "background");
  EXPECT_TRUE(body_gone);
  EXPECT_EQ(now() - start, 1s);
}

EDDY_TEST(Background, AnErrorOfTheBodyCancelsItAndGoesOn) {
  Monitor monitor;
  auto body = []() -> Task<> {
    co_await sleep(1500ms);
    throw std::logic_error("body");
  };
  CO_ASSERT_THROW(co_await with(background(monitor.run()), body), std::logic_error);
  EXPECT_TRUE(monitor.stopped);
}

EDDY_TEST(Background, OfTwoErrorsTheFirstGoesOn) {
  auto fails_in_cleanup = []() -> Task<> {
    (void)co_await outcome(sleep(1h));
    throw std::runtime_error("second");
  };
  auto first = co_await outcome(with(background(fails_in_cleanup()), []() -> Task<> {
    co_await sleep(1s);
    throw std::logic_error("first");
  }));
  EXPECT_EQ(first.message(), "first");
  EXPECT_EQ(test::lost_errors().size(), 1U);
  auto value = co_await outcome(with(background(fails_in_cleanup()), [] { return sleep(1s); }));
  EXPECT_EQ(value.message(), "second");
  auto body_second = co_await outcome(with(background(fail_after(1s)), [&] { return fails_in_cleanup(); }));
  EXPECT_EQ(body_second.message(), "background");
  EXPECT_EQ(test::lost_errors().size(), 1U);
}

EDDY_TEST(Background, CancelledFromOutsideBothEnd) {
  Monitor monitor;
  bool body_gone = false;
  auto task = create_task([&]() -> Task<> {
    co_await with(background(monitor.run()), [&]() -> Task<> {
      ScopeGuard mark([&] { body_gone = true; });
      co_await sleep(1h);
    });
    ADD_FAILURE() << "not reached";
  });
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(body_gone);
  EXPECT_TRUE(monitor.stopped);
}

EDDY_TEST(Background, IsWaitedForWhileItCleansUp) {
  auto cleans = []() -> Task<> {
    (void)co_await outcome(sleep(1h));
    co_await shield(sleep(5s));
  };
  auto start = now();
  co_await with(background(cleans()), [] { return sleep(1s); });
  EXPECT_EQ(now() - start, 6s);
}

EDDY_TEST(Background, BodyThatNeverWaitsLeavesItUnstarted) {
  Monitor monitor;
  int result = co_await with(background(monitor.run()), [] { return 3; });
  EXPECT_EQ(result, 3);
  EXPECT_FALSE(monitor.stopped);
}

EDDY_TEST(Background, SeveralAndWithOtherResources) {
  Monitor a;
  Monitor b;
  auto give = []() -> Task<std::string> { co_return "given"; };
  auto text =
      co_await with(background(a.run()), give(), background(b.run()), [](std::string& given) -> Task<std::string> {
        co_await sleep(1500ms);
        co_return given;
      });
  EXPECT_EQ(text, "given");
  EXPECT_EQ(a.beats + b.beats, 2);
  EXPECT_TRUE(a.stopped && b.stopped);
}

EDDY_TEST(Background, ATimeoutInsideAndOutside) {
  Monitor monitor;
  auto inner = co_await with(background(monitor.run()), [] { return try_for(sleep(1h), 1500ms); });
  EXPECT_FALSE(inner);
  auto outer = co_await try_for(with(background(monitor.run()), [] { return sleep(1h); }), 1500ms);
  EXPECT_FALSE(outer);
  EXPECT_EQ(monitor.beats, 2);
}

}  // namespace
}  // namespace eddy

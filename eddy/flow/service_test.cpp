// SPDX-License-Identifier: MIT
#include "eddy/flow/service.h"

#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/race.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// Tells the service to stop after a while, from outside of it.
void stop_after(Service& service, Duration time) {
  get_running_loop().call_later(time, [&service] { service.stop(); });
}

EDDY_TEST(RunService, OneThatEndsByItselfIsFinished) {
  int callbacks = 0;
  auto body = [&](Service& service) -> Task<> {
    service.on_stop([&] { ++callbacks; });
    EXPECT_FALSE(service.is_stopping());
    EXPECT_FALSE(service.deadline());
    co_await sleep(1s);
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kFinished);
  EXPECT_EQ(callbacks, 0);
}

EDDY_TEST(RunService, TheBodyNeedNotBeACoroutine) {
  bool ran = false;
  auto body = [&](Service&) { ran = true; };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kFinished);
  EXPECT_TRUE(ran);
}

EDDY_TEST(RunService, ToldToStopItDrains) {
  auto begin = now();
  auto body = [&](Service& service) -> Task<> {
    stop_after(service, 1s);
    co_await service.stopping();
    EXPECT_TRUE(service.is_stopping());
    EXPECT_EQ(service.deadline(), begin + 11s);
    co_await sleep(9s);
  };
  EXPECT_EQ(co_await run_service(body, Drain().within(10s)), ServiceEnd::kDrained);
  EXPECT_EQ(now() - begin, 10s);
}

EDDY_TEST(RunService, AtTheDeadlineItIsCutOff) {
  auto begin = now();
  std::string end;
  auto body = [&](Service& service) -> Task<> {
    stop_after(service, 1s);
    co_await finally(sleep(1h), [&]() -> Task<> {
      end = "cancelled";
      co_await sleep(2s);
    });
  };
  EXPECT_EQ(co_await run_service(body, Drain().within(10s)), ServiceEnd::kCutOff);
  EXPECT_EQ(end, "cancelled");
  EXPECT_EQ(now() - begin, 13s);
}

EDDY_TEST(RunService, ItDrainsForHalfAMinuteUnlessToldOtherwise) {
  auto begin = now();
  auto body = [](Service& service) -> Task<> {
    service.stop();
    co_await sleep(1h);
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kCutOff);
  EXPECT_EQ(now() - begin, 30s);
  begin = now();
  EXPECT_EQ(co_await run_service(body, Drain().within(0s)), ServiceEnd::kCutOff);
  EXPECT_EQ(now() - begin, 0s);
}

EDDY_TEST(RunService, WithoutALimitItMayTakeItsTime) {
  auto body = [](Service& service) -> Task<> {
    service.stop();
    EXPECT_FALSE(service.deadline());
    co_await sleep(100h);
  };
  EXPECT_EQ(co_await run_service(body, Drain().within(no_timeout)), ServiceEnd::kDrained);
}

EDDY_TEST(RunService, ToldTwiceItIsCutOffAtOnce) {
  auto begin = now();
  auto body = [](Service& service) -> Task<> {
    stop_after(service, 1s);
    stop_after(service, 3s);
    stop_after(service, 4s);
    co_await finally(sleep(1h), [] { return sleep(5s); });
  };
  EXPECT_EQ(co_await run_service(body, Drain().within(no_timeout)), ServiceEnd::kCutOff);
  EXPECT_EQ(now() - begin, 8s);
}

EDDY_TEST(RunService, OneThatEndsInAValueAllTheSameWasCutOff) {
  auto body = [](Service& service) -> Task<> {
    service.stop();
    auto ended = co_await outcome(sleep(1h));
    EXPECT_TRUE(ended.cancelled());
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kCutOff);
}

EDDY_TEST(RunService, CallbacksRunInReverseOrderAndOnce) {
  std::string called;
  auto body = [&](Service& service) -> Task<> {
    service.on_stop([&] { called += "1"; });
    service.on_stop([&] { called += "2"; });
    service.on_stop([&] {
      called += "3";
      service.on_stop([&] { called += "now"; });
    });
    service.stop();
    EXPECT_EQ(called, "3now21");
    service.on_stop([&] { called += "!"; });
    EXPECT_EQ(called, "3now21!") << "too late to wait for the stop";
    co_return;
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kDrained);
  EXPECT_EQ(called, "3now21!");
}

EDDY_TEST(RunService, ACallbackThatThrowsDoesNotKeepTheOthers) {
  bool other = false;
  auto body = [&](Service& service) -> Task<> {
    service.on_stop([&] { other = true; });
    service.on_stop([] { throw std::runtime_error("cannot close"); });
    service.stop();
    co_return;
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kDrained);
  EXPECT_TRUE(other);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1U);
  EXPECT_NE(lost[0].find("cannot close"), std::string::npos);
}

EDDY_TEST(RunService, AnErrorOfTheBodyGoesOn) {
  auto body = [](Service& service) -> Task<> {
    service.stop();
    co_await sleep(1s);
    throw std::runtime_error("broken");
  };
  CO_ASSERT_THROW(co_await run_service(body), std::runtime_error);
  auto nested = [](Service& service) -> Task<> {
    service.stop();
    co_await wait_for(sleep(1h), 1s);
  };
  CO_ASSERT_THROW(co_await run_service(nested), TimeoutError);
}

EDDY_TEST(RunService, CancelledFromOutsideItIsCancelled) {
  bool cancelled = false;
  auto body = [&](Service& service) -> Task<> {
    stop_after(service, 500ms);
    co_await on_cancel(sleep(1h), [&] { cancelled = true; });
  };
  auto task = create_task([&]() -> Task<> { co_await run_service(body); });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(cancelled);
}

EDDY_TEST(RunService, HandlersCanRaceAgainstTheStop) {
  int lines = 0;
  auto body = [&](Service& service) -> Task<> {
    stop_after(service, 3500ms);
    while (!service.is_stopping()) {
      co_await race(sleep(1s), service.stopping());
      if (!service.is_stopping()) ++lines;
    }
  };
  auto begin = now();
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kDrained);
  EXPECT_EQ(lines, 3);
  EXPECT_EQ(now() - begin, 3500ms);
}

EDDY_TEST(RunService, ItsStopIsOverWhenTheBodyHasEnded) {
  struct StopsAtItsEnd {
    explicit StopsAtItsEnd(Service& s) : service(s) {}
    ~StopsAtItsEnd() {
      service.stop();
      service.stop();
    }
    Service& service;
  };
  bool called = false;
  auto body = [&](Service& service) -> Task<> {
    StopsAtItsEnd late(service);
    service.on_stop([&] { called = true; });
    co_await sleep(1s);
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kDrained);
  EXPECT_TRUE(called);
}

// --- signals ---------------------------------------------------------------------------------------------------------

EDDY_TEST(RunService, ASignalStopsIt, test::Options{}.real_time(true)) {
  struct sigaction before{};
  struct sigaction during{};
  struct sigaction after{};
  ::sigaction(SIGTERM, nullptr, &before);
  auto body = [&](Service& service) -> Task<> {
    ::sigaction(SIGTERM, nullptr, &during);
    ::raise(SIGTERM);
    EXPECT_FALSE(service.is_stopping()) << "not inside of the signal";
    co_await service.stopping();
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kDrained);
  ::sigaction(SIGTERM, nullptr, &after);
  EXPECT_NE(during.sa_handler, before.sa_handler);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

EDDY_TEST(RunService, ASecondSignalCutsItOff, test::Options{}.real_time(true)) {
  auto body = [&](Service& service) -> Task<> {
    ::raise(SIGINT);
    co_await service.stopping();
    ::raise(SIGTERM);
    co_await sleep(1h);
  };
  EXPECT_EQ(co_await run_service(body), ServiceEnd::kCutOff);
}

EDDY_TEST(RunService, AThirdSignalIsNotForIt, test::Options{}.real_time(true)) {
  bool other = false;
  get_running_loop().add_signal_handler(SIGUSR1, [&] { other = true; });
  auto cleanup = [&]() -> Task<> {
    ::raise(SIGUSR1);
    for (int i = 0; i < 5000 && !other; ++i) co_await sleep(1ms);
  };
  auto body = [&](Service& service) -> Task<> {
    ::raise(SIGUSR1);
    co_await service.stopping();
    EXPECT_FALSE(other);
    ::raise(SIGUSR1);
    co_await finally(sleep(1h), cleanup);
  };
  EXPECT_EQ(co_await run_service(body, Drain().signals(SIGUSR1)), ServiceEnd::kCutOff);
  EXPECT_TRUE(other);
  get_running_loop().remove_signal_handler(SIGUSR1);
}

EDDY_TEST(RunService, ASignalThatCannotBeCaughtIsRefusedAndTheOthersAreAsBefore) {
  struct sigaction before{};
  struct sigaction after{};
  ::sigaction(SIGINT, nullptr, &before);
  auto body = [](Service&) { FAIL() << "must not run"; };
  CO_ASSERT_THROW(co_await run_service(body, Drain().signals(SIGINT, SIGKILL)), std::system_error);
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

EDDY_TEST(RunService, WithoutSignalsNoneIsTouched) {
  struct sigaction before{};
  struct sigaction during{};
  ::sigaction(SIGTERM, nullptr, &before);
  auto body = [&](Service&) { ::sigaction(SIGTERM, nullptr, &during); };
  co_await run_service(body, Drain().signals());
  EXPECT_EQ(during.sa_handler, before.sa_handler);
}

EDDY_TEST(RunService, ASignalHasANumber) {
  EXPECT_THROW(Drain().signals(0), RuntimeError);
  EXPECT_THROW(Drain().signals(SIGTERM, 65), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

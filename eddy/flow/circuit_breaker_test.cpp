// SPDX-License-Identifier: MIT
#include "eddy/flow/circuit_breaker.h"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/retry.h"
#include "eddy/sync/event.h"
#include "eddy/test/test.h"

namespace {

using namespace std::chrono_literals;
using eddy::CircuitBreaker;
using eddy::CircuitOpenError;
using eddy::create_task;
using eddy::now;
using eddy::Task;
using State = eddy::CircuitBreaker::State;

struct IOError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A service that is up or down.
struct Service {
  Task<int> call() {
    ++calls;
    co_await eddy::sleep(1ms);
    if (down) throw IOError("refused");
    co_return calls;
  }
  bool down = false;
  int calls = 0;
};

Task<> fail(CircuitBreaker& breaker, Service& service, int times) {
  bool was = std::exchange(service.down, true);
  for (int i = 0; i < times; ++i) {
    EXPECT_THROW(co_await breaker.run(&Service::call, &service), IOError);
  }
  service.down = was;
}

EDDY_TEST(CircuitBreaker, LetsThroughWhatSucceeds) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(co_await breaker.run(&Service::call, &service), i);
  EXPECT_EQ(breaker.state(), State::kClosed);
}

EDDY_TEST(CircuitBreaker, OpensAfterSoManyFailuresInARow) {
  CircuitBreaker breaker{3, 10s};
  Service service;
  co_await fail(breaker, service, 2);
  co_await breaker.run(&Service::call, &service);  // in between: not in a row
  EXPECT_EQ(breaker.failures(), 0U);
  co_await fail(breaker, service, 3);
  EXPECT_EQ(breaker.state(), State::kOpen);
  int calls = service.calls;
  EXPECT_THROW(co_await breaker.run(&Service::call, &service), CircuitOpenError);
  EXPECT_EQ(service.calls, calls);
}

EDDY_TEST(CircuitBreaker, TheErrorSaysSinceWhenWhyAndUntilWhen) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  co_await fail(breaker, service, 2);
  auto opened = now();
  co_await eddy::sleep(2500ms);
  try {
    co_await breaker.run(&Service::call, &service);
    ADD_FAILURE() << "not refused";
  } catch (const CircuitOpenError& error) {
    EXPECT_STREQ(error.what(),
                 "the circuit is open, since 2.5 s, after 2 failures in a row, the last one "
                 "(anonymous namespace)::IOError: refused; it is tried again in 7.5 s");
    EXPECT_EQ(error.retry_at(), opened + 10s);
  }
}

EDDY_TEST(CircuitBreaker, AProbeThatSucceedsClosesIt) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  co_await fail(breaker, service, 2);
  co_await eddy::sleep(10s);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  co_await breaker.run(&Service::call, &service);
  EXPECT_EQ(breaker.state(), State::kClosed);
  co_await fail(breaker, service, 1);
  EXPECT_EQ(breaker.state(), State::kClosed) << "it counts from the start again";
}

EDDY_TEST(CircuitBreaker, AProbeThatFailsOpensItForAsLongAgain) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  co_await fail(breaker, service, 2);
  co_await eddy::sleep(10s);
  co_await fail(breaker, service, 1);
  EXPECT_EQ(breaker.state(), State::kOpen);
  co_await eddy::sleep(9999ms);
  EXPECT_THROW(co_await breaker.run(&Service::call, &service), CircuitOpenError);
  co_await eddy::sleep(1ms);
  co_await breaker.run(&Service::call, &service);
}

EDDY_TEST(CircuitBreaker, OneProbeAtATime) {
  CircuitBreaker breaker{1, 10s};
  Service service;
  co_await fail(breaker, service, 1);
  co_await eddy::sleep(10s);
  eddy::Event answer;
  auto probe = create_task([&]() -> Task<> { co_await breaker.run([&]() -> Task<> { co_await answer.wait(); }); });
  co_await eddy::sleep(1s);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  try {
    co_await breaker.run(&Service::call, &service);
    ADD_FAILURE() << "a second probe";
  } catch (const CircuitOpenError& error) {
    EXPECT_NE(std::string(error.what()).find("it is being tried again just now"), std::string::npos) << error.what();
  }
  answer.set();
  co_await probe;
  EXPECT_EQ(breaker.state(), State::kClosed);
}

EDDY_TEST(CircuitBreaker, ACancelledProbeFreesItsPlace) {
  CircuitBreaker breaker{1, 10s};
  Service service;
  co_await fail(breaker, service, 1);
  co_await eddy::sleep(10s);
  auto probe = create_task([&]() -> Task<> { co_await breaker.run(eddy::sleep, 1h); });
  co_await eddy::sleep(1s);
  probe.cancel();
  co_await eddy::sleep(1s);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  co_await breaker.run(&Service::call, &service);
  EXPECT_EQ(breaker.state(), State::kClosed);
}

EDDY_TEST(CircuitBreaker, ACallFromBeforeSaysNothingAboutNow) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  eddy::Event answer;
  bool bad = false;
  auto slow = [&]() -> Task<> {
    co_await answer.wait();
    if (bad) throw IOError("late");
  };
  auto early = create_task([&]() -> Task<> { co_await breaker.run(slow); });
  co_await eddy::sleep(1s);
  co_await fail(breaker, service, 2);
  answer.set();
  co_await early;
  EXPECT_EQ(breaker.state(), State::kOpen) << "a success from before closed it";
  breaker.reset();
  answer.clear();
  bad = true;
  auto late = create_task([&]() -> Task<> { co_await breaker.run(slow); });
  co_await eddy::sleep(1s);
  co_await fail(breaker, service, 2);
  co_await eddy::sleep(10s);
  answer.set();
  EXPECT_THROW(co_await late, IOError);
  EXPECT_EQ(breaker.state(), State::kHalfOpen) << "a failure from before kept it open";
}

EDDY_TEST(CircuitBreaker, WhatIsNoFailureIsAnAnswer) {
  CircuitBreaker breaker{1, 10s};
  breaker.on<IOError>().on([](const std::out_of_range&) { return true; });
  EXPECT_THROW(co_await breaker.run([]() -> int { throw std::runtime_error("404"); }), std::runtime_error);
  EXPECT_EQ(breaker.state(), State::kClosed);
  EXPECT_THROW(co_await breaker.run([]() -> int { throw std::out_of_range("503"); }), std::out_of_range);
  EXPECT_EQ(breaker.state(), State::kOpen);
  breaker.reset();
  Service service;
  co_await fail(breaker, service, 1);
  EXPECT_EQ(breaker.state(), State::kOpen);
}

EDDY_TEST(CircuitBreaker, MistakesInTheProgramAreNoFailures) {
  CircuitBreaker breaker{1, 10s};
  EXPECT_THROW(co_await breaker.run([]() -> Task<> {
    throw std::logic_error("bug");
    co_return;
  }),
               std::logic_error);
  EXPECT_EQ(breaker.state(), State::kClosed);
}

EDDY_TEST(CircuitBreaker, ACallIsNotCountedWhenItWasCancelled) {
  CircuitBreaker breaker{2, 10s};
  Service service;
  co_await fail(breaker, service, 1);
  auto other = create_task(eddy::sleep, 1h);
  auto waits = create_task([&]() -> Task<> { co_await breaker.run([&]() -> Task<> { co_await other; }); });
  co_await eddy::sleep(1s);
  other.cancel();
  EXPECT_THROW(co_await waits, eddy::TaskCancelled);
  EXPECT_EQ(breaker.state(), State::kClosed);
  EXPECT_EQ(breaker.failures(), 1U) << "nor is it a success";
  co_await fail(breaker, service, 1);
  co_await eddy::sleep(10s);
  EXPECT_THROW(co_await breaker.run([&]() -> Task<> { co_await other; }), eddy::TaskCancelled);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  co_await breaker.run(&Service::call, &service);
}

EDDY_TEST(CircuitBreaker, AnOpenCircuitEndsARetry) {
  CircuitBreaker breaker{3, 10s};
  Service service;
  service.down = true;
  auto policy = eddy::Retry{}.attempts(10).fixed(1s).breaker(breaker);
  EXPECT_THROW(co_await eddy::retry(policy, &Service::call, &service), CircuitOpenError);
  EXPECT_EQ(service.calls, 3);
}

EDDY_TEST(CircuitBreaker, ARetryMayWaitForItToClose) {
  CircuitBreaker breaker{3, 10s};
  Service service;
  service.down = true;
  auto policy = eddy::Retry{}.forever().fixed(1s).breaker(breaker).on<IOError, CircuitOpenError>().retry_after(
      [](const CircuitOpenError& e) { return std::optional(e.retry_at() - now()); });
  auto repaired = create_task([&]() -> Task<> {
    co_await eddy::sleep(15s);
    service.down = false;
  });
  EXPECT_EQ(co_await eddy::retry(policy, &Service::call, &service), 5);
  EXPECT_EQ(breaker.state(), State::kClosed);
}

EDDY_TEST(CircuitBreaker, ARetryThatIsCancelledFreesTheProbesPlace) {
  CircuitBreaker breaker{1, 10s};
  Service service;
  co_await fail(breaker, service, 1);
  co_await eddy::sleep(10s);
  auto policy = eddy::Retry{}.breaker(breaker);
  auto in_time = co_await eddy::try_for(eddy::retry(policy, eddy::sleep, 1h), 1s);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(co_await eddy::retry(policy, &Service::call, &service), 2);
}

// Calls of any length, failing, cancelled, overlapping. The oracle counts with the calls' own eyes.
EDDY_TEST(CircuitBreaker, RandomCallsNeverReachAServiceThatIsLeftAlone) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    eddy::Random random(seed);
    CircuitBreaker breaker{3, 1s};
    std::vector<eddy::TaskHandle<>> calls;
    int probes = 0;
    int made = 0;
    auto call = [&]() -> Task<> {
      ++made;
      bool probe = breaker.state() == State::kHalfOpen;
      EXPECT_NE(breaker.state(), State::kOpen);
      probes += probe ? 1 : 0;
      EXPECT_LE(probes, 1);
      auto ended = co_await eddy::outcome(eddy::sleep(std::chrono::milliseconds(random.below(300))));
      probes -= probe ? 1 : 0;
      if (ended.cancelled()) co_await eddy::checkpoint();
      if (random.below(3) != 0) throw IOError("refused");
    };
    for (int i = 0; i < 300; ++i) {
      calls.push_back(create_task([&]() -> Task<> {
        auto ended = co_await eddy::outcome(breaker.run(call));
        EXPECT_FALSE(ended.error_as<eddy::RuntimeError>());
      }));
      if (random.below(4) == 0) calls[random.below(calls.size())].cancel();
      co_await eddy::sleep(std::chrono::milliseconds(random.below(100)));
    }
    co_await eddy::sleep(10s);
    EXPECT_GT(made, 10);
    EXPECT_LT(made, 300) << "it never opened";
    EXPECT_NE(breaker.state(), State::kOpen);
    co_await breaker.run([] {});
    EXPECT_EQ(breaker.state(), State::kClosed) << "a probe's place was lost";
  }
}

EDDY_TEST(CircuitBreaker, RefusesWhatMakesNoSense) {
  EXPECT_THROW((CircuitBreaker{0, 1s}), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(CircuitBreaker, APredicateThatThrowsLeavesTheProbeToTheNextCall) {
  bool throws = false;
  CircuitBreaker breaker{1, 1s};
  breaker.on([&](const IOError&) {
    if (throws) throw std::logic_error("cannot tell");
    return true;
  });
  auto fail = []() -> Task<> { throw IOError("refused"); };
  EXPECT_TRUE((co_await eddy::outcome(breaker.run(fail))).error_as<IOError>());
  co_await eddy::sleep(2s);
  throws = true;
  EXPECT_TRUE((co_await eddy::outcome(breaker.run(fail))).error_as<std::logic_error>());
  co_await breaker.run([] {});
  EXPECT_EQ(breaker.state(), State::kClosed);
}

}  // namespace

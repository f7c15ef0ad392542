// SPDX-License-Identifier: MIT
#include "eddy/flow/retry.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/sync/event.h"
#include "eddy/test/test.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::GaveUp;
using eddy::now;
using eddy::retry;
using eddy::Retry;
using eddy::RetryError;
using eddy::RetryState;
using eddy::Task;

struct IOError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Fails so often, then gives the number of the attempt.
class Flaky {
 public:
  explicit Flaky(int failures) : failures_(failures) {}
  Task<int> operator()() {
    int attempt = ++attempts;
    co_await eddy::sleep(0s);
    if (attempt <= failures_) throw IOError("refused " + std::to_string(attempt));
    co_return attempt;
  }
  int attempts = 0;

 private:
  int failures_;
};

const Retry kTenth = Retry{}.attempts(3).fixed(100ms);

EDDY_TEST(Retry, FirstAttemptThatSucceedsIsTheResult) {
  Flaky work(0);
  auto t0 = now();
  EXPECT_EQ(co_await retry(std::ref(work)), 1);
  EXPECT_EQ(now(), t0);
}

EDDY_TEST(Retry, TriesAgainAfterADelay) {
  Flaky work(2);
  auto t0 = now();
  EXPECT_EQ(co_await retry([&] { return work(); }, kTenth), 3);
  EXPECT_EQ(now() - t0, 200ms);
}

EDDY_TEST(Retry, ByDefaultThreeAttemptsWithShortDelays) {
  Flaky work(9);
  auto t0 = now();
  EXPECT_THROW(co_await retry(std::ref(work)), RetryError);
  EXPECT_EQ(work.attempts, 3);
  EXPECT_LE(now() - t0, 300ms);
}

EDDY_TEST(Retry, TheErrorTellsOfEveryAttempt) {
  Flaky work(9);
  try {
    co_await retry([&] { return work(); }, kTenth);
    ADD_FAILURE() << "no error";
  } catch (const RetryError& error) {
    EXPECT_EQ(error.attempts(), 3U);
    EXPECT_EQ(error.elapsed(), 200ms);
    EXPECT_EQ(error.reason(), GaveUp::kAttempts);
    EXPECT_EQ(error.exceptions().back(), error.last());
    EXPECT_NE(error.message().find("gave up after 3 attempts in 200 ms: that was the last one allowed; the last error "
                                   "was "),
              std::string::npos)
        << error.message();
    for (const char* each : {"refused 1", "refused 2", "refused 3"}) {
      EXPECT_NE(std::string(error.what()).find(each), std::string::npos) << error.what();
    }
  }
}

EDDY_TEST(Retry, IsAnExceptionGroup) {
  Flaky work(9);
  int handled = 0;
  try {
    co_await retry([&] { return work(); }, kTenth);
  } catch (eddy::ExceptionGroup& group) {
    group.handle<IOError>([&](const IOError&) { ++handled; }).rethrow_unhandled();
  }
  EXPECT_EQ(handled, 3);
}

EDDY_TEST(Retry, ReraiseThrowsTheLastErrorItself) {
  Flaky work(9);
  try {
    co_await retry([&] { return work(); }, Retry(kTenth).reraise());
    ADD_FAILURE() << "no error";
  } catch (const IOError& error) {
    EXPECT_STREQ(error.what(), "refused 3");
  }
}

EDDY_TEST(Retry, ExponentialDelaysUpToTheLargest) {
  Flaky work(6);
  std::vector<eddy::Duration> delays;
  auto note = [&](const RetryState& state) { delays.push_back(state.delay()); };
  co_await retry([&] { return work(); }, Retry{}.attempts(9).exponential(1s, 10s).before_sleep(note));
  EXPECT_EQ(delays, (std::vector<eddy::Duration>{1s, 2s, 4s, 8s, 10s, 10s}));
}

EDDY_TEST(Retry, TheFactorIsYours) {
  Flaky work(3);
  auto t0 = now();
  co_await retry([&] { return work(); }, Retry{}.attempts(4).exponential(1s, 1min, 3));
  EXPECT_EQ(now() - t0, 13s);
}

EDDY_TEST(Retry, DelaysOfYourOwn) {
  Flaky work(3);
  auto t0 = now();
  co_await retry([&] { return work(); }, Retry{}.attempts(4).delays([](const RetryState& state) {
    return std::chrono::milliseconds(state.attempt() * state.attempt());
  }));
  EXPECT_EQ(now() - t0, 14ms);
}

Task<std::vector<eddy::Duration>> delays_with(Retry policy, int failures) {
  std::vector<eddy::Duration> delays;
  auto note = [&](const RetryState& state) { delays.push_back(state.delay()); };
  Flaky work(failures);
  policy.attempts(failures + 1).before_sleep(note);
  co_await retry(policy, std::ref(work));
  co_return delays;
}

EDDY_TEST(Retry, FullJitterIsAnythingUpToTheDelay) {
  auto delays = co_await delays_with(Retry{}.fixed(1s).jitter(), 500);
  auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  EXPECT_LT(*least, 50ms);
  EXPECT_GT(*most, 950ms);
  EXPECT_LE(*most, 1s);
}

EDDY_TEST(Retry, EqualJitterIsSureOfHalf) {
  auto delays = co_await delays_with(Retry{}.jitter(eddy::Jitter::equal).fixed(1s), 500);
  auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  EXPECT_GE(*least, 500ms);
  EXPECT_LT(*least, 550ms);
  EXPECT_GT(*most, 950ms);
  EXPECT_LE(*most, 1s);
}

EDDY_TEST(Retry, DecorrelatedJitterGrowsFromTheLastDelay) {
  auto delays = co_await delays_with(Retry{}.exponential(1s, 20s).jitter(eddy::Jitter::decorrelated), 500);
  eddy::Duration before = 1s;
  for (auto delay : delays) {
    EXPECT_GE(delay, 1s);
    EXPECT_LE(delay, std::min<eddy::Duration>(20s, 3 * before));
    before = delay;
  }
  EXPECT_LE(delays.front(), 3s);
  EXPECT_GT(*std::max_element(delays.begin(), delays.end()), 15s);
}

TEST(RetryRandomness, ComesFromTheLoopsSeed) {
  auto delays = [](std::uint64_t seed) {
    return eddy::test::run(delays_with(Retry{}.fixed(1s).jitter(), 5), eddy::test::Options{}.seed(seed));
  };
  EXPECT_EQ(delays(7), delays(7));
  EXPECT_NE(delays(7), delays(8));
}

// --- what is retried -------------------------------------------------------------------------------------------------

template <class E>
Task<int> attempts_at(E error, Retry policy) {
  int attempts = 0;
  auto work = [&]() -> Task<> {
    ++attempts;
    throw error;
    co_return;
  };
  try {
    co_await retry(policy, work);
  } catch (...) {
  }
  co_return attempts;
}

EDDY_TEST(Retry, MistakesInTheProgramAreNotRetriedUnlessAskedFor) {
  EXPECT_EQ(co_await attempts_at(std::runtime_error("r"), kTenth), 3);
  EXPECT_EQ(co_await attempts_at(eddy::TimeoutError("t"), kTenth), 3);
  EXPECT_EQ(co_await attempts_at(std::logic_error("l"), kTenth), 1);
  EXPECT_EQ(co_await attempts_at(std::out_of_range("o"), kTenth), 1);
  EXPECT_EQ(co_await attempts_at(eddy::RuntimeError("e"), kTenth), 1);
  EXPECT_EQ(co_await attempts_at(42, kTenth), 1);
  EXPECT_EQ(co_await attempts_at(42, Retry(kTenth).on<int>()), 3);
  EXPECT_EQ(co_await attempts_at(std::logic_error("l"), Retry(kTenth).on<std::logic_error>()), 3);
}

EDDY_TEST(Retry, CancellationsNeverAre) {
  auto all = Retry(kTenth).on([](const std::exception_ptr&) { return true; });
  EXPECT_EQ(co_await attempts_at(std::logic_error("l"), all), 3);
  EXPECT_EQ(co_await attempts_at(eddy::TaskCancelled("t"), all), 1);
  EXPECT_EQ(co_await attempts_at(eddy::Cancelled(), all), 1);
}

EDDY_TEST(Retry, OnSaysWhichErrors) {
  auto policy = Retry(kTenth).on<IOError, std::out_of_range>();
  EXPECT_EQ(co_await attempts_at(IOError("i"), policy), 3);
  EXPECT_EQ(co_await attempts_at(std::out_of_range("o"), policy), 3);
  EXPECT_EQ(co_await attempts_at(std::runtime_error("r"), policy), 1);
  policy.on([](const std::runtime_error& error) { return error.what() == std::string("again"); });
  EXPECT_EQ(co_await attempts_at(std::runtime_error("again"), policy), 3);
  EXPECT_EQ(co_await attempts_at(std::runtime_error("not"), policy), 1);
  EXPECT_EQ(co_await attempts_at(IOError("i"), policy), 3);
}

EDDY_TEST(Retry, AnErrorThatIsNotRetriedIsThrownAsItself) {
  int attempts = 0;
  auto work = [&]() -> Task<> {
    if (++attempts == 2) throw std::invalid_argument("bad");
    throw IOError("io");
    co_return;
  };
  EXPECT_THROW(co_await retry(work, kTenth), std::invalid_argument);
  EXPECT_EQ(attempts, 2);
}

EDDY_TEST(Retry, ResultsCanBeUnsatisfactory) {
  int n = 0;
  auto policy = Retry(kTenth).on_result([](const int& result) { return result < 3; });
  EXPECT_EQ(co_await retry([&]() -> Task<int> { co_return ++n; }, policy), 3);
  n = 0;
  EXPECT_EQ(co_await retry(Retry(policy).attempts(2).return_last_result(), [&]() -> Task<int> { co_return ++n; }), 2);
  n = 0;
  try {
    co_await retry(Retry(policy).attempts(2), [&]() -> Task<int> { co_return ++n; });
    ADD_FAILURE() << "no error";
  } catch (RetryError& error) {
    EXPECT_EQ(error.attempts(), 2U);
    int results = 0;
    error.handle<eddy::UnsatisfactoryResult>([&](auto&) { ++results; });
    EXPECT_EQ(results, 2);
  }
}

EDDY_TEST(Retry, OnResultOfAnotherTypeIsAMistake) {
  auto policy = Retry(kTenth).on_result([](const long&) { return true; });
  EXPECT_THROW(co_await retry(policy, [] { return 1; }), eddy::RuntimeError);
  EXPECT_EQ(co_await retry(policy.attempts(2).return_last_result(), [] { return 1L; }), 1L);
}

struct Reply {
  int status;
  std::optional<std::chrono::seconds> wait;
};
struct Busy : std::runtime_error {
  explicit Busy(std::chrono::seconds w) : std::runtime_error("busy"), wait(w) {}
  std::chrono::seconds wait;
};

EDDY_TEST(Retry, RetryAfterOverridesTheDelay) {
  std::vector<Reply> replies;
  replies.push_back({503, 7s});
  replies.push_back({503, std::nullopt});
  replies.push_back({200, std::nullopt});
  auto policy = Retry(kTenth)
                    .on_result([](const Reply& reply) { return reply.status == 503; })
                    .retry_after([](const Reply& reply) { return reply.wait; });
  std::size_t next = 0;
  auto t0 = now();
  auto reply = co_await retry([&]() -> Reply { return replies[next++]; }, policy);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(now() - t0, 7100ms);
}

EDDY_TEST(Retry, RetryAfterCanLookAtAnError) {
  int attempts = 0;
  auto work = [&]() -> Task<> {
    if (++attempts < 3) throw Busy(std::chrono::seconds(attempts));
    co_return;
  };
  auto t0 = now();
  co_await retry(work, Retry(kTenth).retry_after([](const Busy& busy) { return std::optional(busy.wait); }));
  EXPECT_EQ(now() - t0, 3s);
  attempts = 0;
  t0 = now();
  co_await retry(work, Retry(kTenth).retry_after([](const RetryState& state) {
    return state.attempt() == 1 ? std::optional(5s) : std::nullopt;
  }));
  EXPECT_EQ(now() - t0, 5100ms);
}

// --- when it gives up ------------------------------------------------------------------------------------------------

Task<GaveUp> gave_up(Retry policy) {
  Flaky work(1000);
  try {
    co_await retry(policy, std::ref(work));
  } catch (const RetryError& error) {
    co_return error.reason();
  }
  throw std::logic_error("it did not");
}

EDDY_TEST(Retry, AnAttemptThatCouldNotStartBeforeTheDeadlineIsNotWaitedFor) {
  auto t0 = now();
  EXPECT_EQ(co_await gave_up(Retry{}.fixed(1s).deadline(4500ms)), GaveUp::kDeadline);
  EXPECT_EQ(now() - t0, 4s);
  t0 = now();
  EXPECT_EQ(co_await gave_up(Retry{}.attempts(2).fixed(1s).deadline(4500ms)), GaveUp::kAttempts);
  EXPECT_EQ(now() - t0, 1s);
}

EDDY_TEST(Retry, TheDeadlineEndsTheAttemptUnderWay) {
  auto t0 = now();
  try {
    co_await retry([]() -> Task<> { co_await eddy::sleep(1h); }, Retry{}.deadline(5s).on<IOError>());
    ADD_FAILURE() << "no error";
  } catch (const RetryError& error) {
    EXPECT_EQ(error.reason(), GaveUp::kDeadline);
    EXPECT_EQ(error.attempts(), 1U);
    EXPECT_NE(error.message().find("the deadline of 5 s is over"), std::string::npos) << error.message();
  }
  EXPECT_EQ(now() - t0, 5s);
}

EDDY_TEST(Retry, GivesUpEarlyWhenTheTimeoutAroundWouldNotLetTheNextAttemptBegin) {
  auto t0 = now();
  EXPECT_EQ(co_await eddy::wait_for(gave_up(Retry{}.forever().exponential(1s, 1min)), 10s), GaveUp::kTimeout);
  EXPECT_EQ(now() - t0, 7s);
}

EDDY_TEST(Retry, ThatBeginsWhenTheTimeoutEndsIsTooLate) {
  auto t0 = now();
  EXPECT_EQ(co_await eddy::wait_for(gave_up(Retry{}.forever().fixed(1s)), 1s), GaveUp::kTimeout);
  EXPECT_EQ(now(), t0);
  EXPECT_EQ(co_await gave_up(Retry{}.fixed(1s).deadline(1s)), GaveUp::kDeadline);
  EXPECT_EQ(now(), t0);
}

EDDY_TEST(Retry, TheDeadlineOfARetryAroundCountsToo) {
  auto t0 = now();
  auto inner = [] { return gave_up(Retry{}.forever().fixed(2s)); };
  EXPECT_EQ(co_await retry(inner, Retry{}.deadline(5s)), GaveUp::kTimeout);
  EXPECT_EQ(now() - t0, 4s);
}

EDDY_TEST(Retry, ATimeoutInsideAnAttemptIsAnErrorLikeAnyOther) {
  int attempts = 0;
  auto slow_once = [&]() -> Task<int> {
    if (++attempts == 1) co_await eddy::sleep(1h);
    co_return attempts;
  };
  auto limited = [&] { return eddy::wait_for(slow_once, 1s); };
  auto t0 = now();
  EXPECT_EQ(co_await retry(limited, Retry(kTenth).on<eddy::TimeoutError>()), 2);
  EXPECT_EQ(now() - t0, 1100ms);
}

// --- cancellation ----------------------------------------------------------------------------------------------------

EDDY_TEST(Retry, CancelledDuringAnAttemptItEnds) {
  int attempts = 0;
  auto task = create_task([&]() -> Task<> {
    co_await retry([&]() -> Task<> {
      ++attempts;
      co_await eddy::sleep(1h);
    });
  });
  co_await eddy::sleep(1s);
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(attempts, 1);
}

EDDY_TEST(Retry, CancelledWhileItSleepsItEnds) {
  Flaky work(1000);
  auto task = create_task([&]() -> Task<> { co_await retry(std::ref(work), Retry{}.forever().fixed(1s)); });
  co_await eddy::sleep(2500ms);
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(work.attempts, 3);
}

EDDY_TEST(Retry, AFailureInTheTurnOfTheCancelIsNotRetried) {
  int attempts = 0;
  eddy::TaskHandle<> task = create_task([&]() -> Task<> {
    co_await retry([&]() -> Task<> {
      ++attempts;
      task.cancel();
      throw IOError("while being cancelled");
      co_return;
    });
  });
  co_await eddy::sleep(1h);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(attempts, 1);
}

EDDY_TEST(Retry, ATaskItAwaitsThatOthersCancelIsNotRetried) {
  int attempts = 0;
  auto other = create_task([]() -> Task<> { co_await eddy::sleep(1h); });
  auto wait_for_other = [&]() -> Task<> {
    ++attempts;
    co_await other;
  };
  auto task = create_task([&]() -> Task<> { co_await retry(wait_for_other); });
  co_await eddy::sleep(1s);
  other.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(attempts, 1);
}

// --- callbacks -------------------------------------------------------------------------------------------------------

EDDY_TEST(Retry, CallbacksSeeTheAttempt) {
  Flaky work(9);
  std::vector<std::string> log;
  auto policy =
      Retry(kTenth)
          .after([&](const RetryState& state) {
            log.push_back("after " + std::to_string(state.attempt()) + " " + state.error_as<IOError>()->what());
          })
          .before_sleep([&](const RetryState& state) {
            log.push_back("sleep " + std::to_string(state.delay() / 1ms) + " at " +
                          std::to_string(state.elapsed() / 1ms));
          });
  EXPECT_THROW(co_await retry([&] { return work(); }, policy), RetryError);
  EXPECT_EQ(log, (std::vector<std::string>{"after 1 refused 1", "sleep 100 at 0", "after 2 refused 2",
                                           "sleep 100 at 100", "after 3 refused 3"}));
}

EDDY_TEST(Retry, ACallbackThatThrowsEndsIt) {
  Flaky work(9);
  auto bad = [](const RetryState&) { throw std::domain_error("in the callback"); };
  EXPECT_THROW(co_await retry([&] { return work(); }, Retry(kTenth).before_sleep(bad)), std::domain_error);
  EXPECT_THROW(co_await retry([&] { return work(); }, Retry(kTenth).after(bad)), std::domain_error);
  auto bad_predicate = [](const IOError&) -> bool { throw std::domain_error("in the predicate"); };
  EXPECT_THROW(co_await retry([&] { return work(); }, Retry(kTenth).on(bad_predicate)), std::domain_error);
  EXPECT_EQ(work.attempts, 3);
}

// --- what can be retried ---------------------------------------------------------------------------------------------

Task<std::string> greet(const std::string& name, int times) {
  co_await eddy::sleep(1ms);
  co_return name + std::to_string(times);
}

struct Client {
  Task<std::string> get(std::string path) {
    if (++requests < 3) throw IOError("refused");
    co_return path;
  }
  int requests = 0;
};

EDDY_TEST(Retry, KeepsTheArgumentsForEveryAttempt) {
  auto task = retry(kTenth, greet, "Ada", 3);
  EXPECT_EQ(co_await std::move(task), "Ada3");
  Client client;
  EXPECT_EQ(co_await retry(kTenth, &Client::get, &client, "/index"), "/index");
  Client other;
  EXPECT_EQ(co_await retry(kTenth, &Client::get, std::ref(other), "/again"), "/again");
  EXPECT_EQ(other.requests, 3);
}

EDDY_TEST(Retry, PlainFunctionsReferencesAndMoveOnlyResults) {
  int attempts = 0;
  auto plain = [&] {
    if (++attempts < 3) throw IOError("refused");
    return attempts;
  };
  EXPECT_EQ(co_await retry(plain, kTenth), 3);
  int value = 0;
  auto reference = [&]() -> Task<int&> { co_return value; };
  int& result = co_await retry(reference, kTenth);
  EXPECT_EQ(&result, &value);
  auto owned = [] { return std::make_unique<int>(7); };
  EXPECT_EQ(*co_await retry(owned, kTenth), 7);
  co_await retry([] {}, kTenth);
}

EDDY_TEST(Retry, TheClosureLivesAsLongAsTheRetry) {
  std::weak_ptr<int> watch;
  auto start = [&] {
    auto counter = std::make_shared<int>(0);
    watch = counter;
    auto work = [counter]() -> Task<int> {
      co_await eddy::sleep(1ms);
      if (++*counter < 3) throw IOError("refused");
      co_return *counter;
    };
    return retry(work, kTenth);
  };
  auto task = start();
  EXPECT_EQ(watch.use_count(), 1);
  EXPECT_EQ(co_await std::move(task), 3);
  EXPECT_TRUE(watch.expired());
}

EDDY_TEST(Retry, APolicyIsAValue) {
  Retry base = Retry{}.attempts(2).fixed(1ms);
  Retry more = base;
  more.attempts(4).on<IOError>();
  EXPECT_EQ(co_await attempts_at(IOError("i"), base), 2);
  EXPECT_EQ(co_await attempts_at(IOError("i"), more), 4);
  EXPECT_EQ(co_await attempts_at(std::runtime_error("r"), base), 2);
  EXPECT_EQ(co_await attempts_at(std::runtime_error("r"), more), 1);
}

EDDY_TEST(Retry, RefusesWhatMakesNoSense) {
  EXPECT_THROW(Retry{}.attempts(0), eddy::RuntimeError);
  EXPECT_THROW(Retry{}.attempts(-1), eddy::RuntimeError);
  EXPECT_THROW(Retry{}.deadline(0s), eddy::RuntimeError);
  EXPECT_THROW(Retry{}.exponential(2s, 1s), eddy::RuntimeError);
  EXPECT_THROW(Retry{}.exponential(1s, 2s, 0.5), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(Retry, ManyAttemptsNeedNoStack) {
  Flaky work(10'000);
  EXPECT_EQ(co_await retry(std::ref(work), Retry{}.forever().fixed(0s)), 10'001);
}

EDDY_TEST(Retry, KeepsTheLastErrorsOfVeryMany) {
  Flaky work(100'000);
  try {
    co_await retry(std::ref(work), Retry{}.attempts(1000).fixed(0s));
  } catch (const RetryError& error) {
    EXPECT_EQ(error.attempts(), 1000U);
    EXPECT_EQ(error.exceptions().size(), 100U);
    EXPECT_EQ(eddy::describe(error.last()), "(anonymous namespace)::IOError: refused 1000");
  }
}

EDDY_TEST(Retry, SeveralAtOnce) {
  Flaky a(2);
  Flaky b(1);
  auto both = co_await eddy::gather(retry(kTenth, std::ref(a)), retry(kTenth, std::ref(b)));
  EXPECT_EQ(both.first, 3);
  EXPECT_EQ(both.second, 2);
}

}  // namespace

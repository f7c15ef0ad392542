// SPDX-License-Identifier: MIT
#include "eddy/io/signal.h"

#include <chrono>
#include <csignal>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/race.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/io/process.h"
#include "eddy/io/stream_error.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

using Handler = void (*)(int);
Handler disposition(int signo) {
  struct sigaction now{};
  ::sigaction(signo, nullptr, &now);
  return now.sa_handler;
}

EDDY_TEST(Signals, AreKeptUntilSomebodyAsks) {
  Signals signals(SIGUSR1);
  ::raise(SIGUSR1);
  co_await sleep(1s);
  EXPECT_EQ(co_await signals.next(), SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_EQ(co_await signals.next(), SIGUSR1);
}

EDDY_TEST(Signals, WakeWhoWaits) {
  Signals signals{SIGUSR1, SIGUSR2};
  auto waiter = create_task([&]() -> Task<int> { co_return co_await signals.next(); });
  co_await sleep(1s);
  EXPECT_FALSE(waiter.done());
  ::raise(SIGUSR2);
  EXPECT_EQ(co_await waiter, SIGUSR2);
}

EDDY_TEST(Signals, TheSameOneTwiceCountsOnce) {
  Signals signals(SIGUSR1, SIGUSR2);
  ::raise(SIGUSR2);
  ::raise(SIGUSR1);
  ::raise(SIGUSR2);
  EXPECT_EQ(co_await signals.next(), SIGUSR1);
  EXPECT_EQ(co_await signals.next(), SIGUSR2);
  EXPECT_FALSE((co_await try_for(signals.next(), 1s)).has_value());
}

EDDY_TEST(Signals, EveryReceiverGetsThem) {
  Signals first(SIGUSR1);
  Signals second(SIGUSR1, SIGUSR2);
  ::raise(SIGUSR1);
  EXPECT_EQ(co_await first.next(), SIGUSR1);
  EXPECT_EQ(co_await second.next(), SIGUSR1);
}

EDDY_TEST(Signals, SeveralTasksTakeTurns) {
  Signals signals(SIGUSR1, SIGUSR2);
  auto first = create_task([&]() -> Task<int> { co_return co_await signals.next(); });
  co_await sleep(1s);
  auto second = create_task([&]() -> Task<int> { co_return co_await signals.next(); });
  co_await sleep(1s);
  ::raise(SIGUSR2);
  EXPECT_EQ(co_await first, SIGUSR2);
  EXPECT_FALSE(second.done());
  ::raise(SIGUSR1);
  EXPECT_EQ(co_await second, SIGUSR1);
}

EDDY_TEST(Signals, ACancelledNextTakesNone) {
  Signals signals(SIGUSR1);
  EXPECT_FALSE((co_await try_for(signals.next(), 1s)).has_value());
  auto waiter = create_task([&]() -> Task<int> { co_return co_await signals.next(); });
  co_await sleep(1s);
  ::raise(SIGUSR1);
  co_await checkpoint();  // it may have arrived, and the waiter may not have run
  waiter.cancel();
  auto ended = co_await outcome(waiter);
  const int signo = ended.has_value() ? ended.value() : SIGUSR1;
  EXPECT_EQ(signo, SIGUSR1);
  if (!ended.has_value()) {
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
  }
}

EDDY_TEST(Signals, ManyInARowAreAllSeen) {
  Signals signals(SIGUSR1);
  for (int i = 0; i != 1000; ++i) {
    ::raise(SIGUSR1);
    const int signo = co_await signals.next();
    CO_ASSERT_EQ(signo, SIGUSR1);
  }
}

EDDY_TEST(Signals, TheDispositionComesBackWithTheLastReceiver) {
  const Handler before = disposition(SIGUSR1);
  {
    Signals first(SIGUSR1);
    {
      Signals second(SIGUSR1);
      EXPECT_NE(disposition(SIGUSR1), before);
    }
    EXPECT_NE(disposition(SIGUSR1), before);
    Signals moved = std::move(first);
    EXPECT_NE(disposition(SIGUSR1), before);
  }
  EXPECT_EQ(disposition(SIGUSR1), before);
  co_return;
}

EDDY_TEST(Signals, TheHandlerOfTheLoopComesBackWithTheLastReceiver) {
  const Handler before = disposition(SIGUSR1);  // debug mode has its own
  int handled = 0;
  Loop& loop = get_running_loop();
  loop.add_signal_handler(SIGUSR1, [&] { ++handled; });
  {
    Signals signals(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
    EXPECT_EQ(handled, 0);
    loop.add_signal_handler(SIGUSR1, [&] { handled += 10; });
    ::raise(SIGUSR1);
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
  }
  ::raise(SIGUSR1);
  co_await sleep(1s);
  EXPECT_EQ(handled, 10);
  {
    Signals signals(SIGUSR1);
    EXPECT_TRUE(loop.remove_signal_handler(SIGUSR1));
    EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
    ::raise(SIGUSR1);
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
  }
  EXPECT_EQ(disposition(SIGUSR1), before);
}

EDDY_TEST(Signals, WhatNobodyTookIsSentAgain) {
  int handled = 0;
  get_running_loop().add_signal_handler(SIGUSR1, [&] { ++handled; });
  {
    Signals first(SIGUSR1);
    Signals second(SIGUSR1);
    ::raise(SIGUSR1);
    co_await sleep(1s);
  }
  co_await sleep(1s);
  EXPECT_EQ(handled, 1);
  {
    Signals first(SIGUSR1);
    Signals second(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(co_await first.next(), SIGUSR1);  // that is enough
  }
  co_await sleep(1s);
  EXPECT_EQ(handled, 1);
  get_running_loop().remove_signal_handler(SIGUSR1);
}

EDDY_TEST(Signals, OneAwaitedAlone) {
  const Handler before = disposition(SIGUSR1);
  auto waiter = create_task(signal_received(SIGUSR1, SIGUSR2));
  co_await sleep(1s);
  ::raise(SIGUSR2);
  EXPECT_EQ(co_await waiter, SIGUSR2);
  EXPECT_FALSE((co_await try_for(signal_received(SIGUSR1), 1s)).has_value());
  EXPECT_EQ(disposition(SIGUSR1), before);
}

EDDY_TEST(Signals, DestroyedItEndsTheWaits) {
  Signals signals(SIGUSR1);
  auto waiter = create_task([&]() -> Task<> { co_await signals.next(); });
  co_await sleep(1s);
  signals = Signals(SIGUSR2);
  auto ended = co_await outcome(waiter);
  EXPECT_THROW(ended.value(), ClosedError);
  Signals moved = std::move(signals);
  auto empty = co_await outcome(signals.next());  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW(empty.value(), ClosedError);
}

EDDY_TEST(Signals, WhatCannotBeCaughtIsRefused) {
  const Handler before = disposition(SIGUSR1);
  EXPECT_THROW(Signals signals(SIGUSR1, SIGKILL), std::system_error);
  EXPECT_THROW(Signals signals(4711), std::invalid_argument);
  EXPECT_EQ(disposition(SIGUSR1), before);
  co_return;
}

TEST(SignalsTest, OutliveTheirLoop) {
  std::vector<Signals> kept;
  Handler before = SIG_DFL;
  run([&]() -> Task<> {
    before = disposition(SIGUSR1);  // debug mode has its own
    kept.emplace_back(SIGUSR1);
    co_return;
  });
  EXPECT_EQ(disposition(SIGUSR1), before);
  run([&]() -> Task<> {
    auto ended = co_await outcome(kept.front().next());
    EXPECT_THROW(ended.value(), RuntimeError);
  });
}

TEST(SignalsTest, AreOfOneLoop) {
  Loop first;
  first.run_until_complete([]() -> Task<> { co_await checkpoint(); }());
  run([&]() -> Task<> {
    first.add_signal_handler(SIGUSR1, [] {});
    EXPECT_THROW(Signals signals(SIGUSR1), std::logic_error);
    co_return;
  });
}

TEST(SignalsTest, OfAnotherProcess) {
  run([]() -> Task<> {
    Signals signals(SIGUSR1);
    Process process = co_await create_subprocess_exec("kill", "-USR1", std::to_string(::getpid()));
    EXPECT_EQ(co_await signals.next(), SIGUSR1);
    EXPECT_EQ(co_await process.wait(), 0);
  });
}

// --- beside run()'s own handling of Ctrl-C

/// Runs `body` in a child with SIGINT at its default; what waitpid says about its end.
int status_of_child(const std::function<void()>& body) {
  ::pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGINT, SIG_DFL);
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(SignalsTest, CtrlCGoesToTheReceiverAndThenCancelsAgain) {
  const int status = status_of_child([] {
    run([]() -> Task<> {
      {
        Signals signals(SIGINT);
        for (int i = 0; i != 3; ++i) {
          ::raise(SIGINT);
          const int signo = co_await signals.next();
          if (signo != SIGINT) ::_exit(4);
        }
      }
      ::raise(SIGINT);
      auto result = co_await outcome(sleep(1h));
      ::_exit(result.cancelled() ? 7 : 8);
    });
  });
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(SignalsTest, ACtrlCThatNobodyTookCancelsTheMainTask) {
  const int status = status_of_child([] {
    run([]() -> Task<> {
      {
        Signals signals(SIGINT);
        ::raise(SIGINT);
        co_await sleep(1ms);
      }
      co_await sleep(1h);
    });
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(SignalsTest, ASigtermThatNobodyTookEndsTheProcess) {
  const int status = status_of_child([] {
    run([]() -> Task<> {
      Signals signals(SIGTERM);
      ::raise(SIGTERM);
      co_await sleep(1ms);
    });
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(SignalsTest, ASigtermOnItsWayToAReceiverThatGoesEndsTheProcess) {
  const int status = status_of_child([] {
    run([]() -> Task<> {
      {
        Signals signals(SIGTERM);
        ::raise(SIGTERM);
      }
      co_await sleep(1s);
    });
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace eddy

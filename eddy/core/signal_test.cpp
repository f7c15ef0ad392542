// SPDX-License-Identifier: MIT
//
// Signals, in this process where they are harmless and in a child where they kill.
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/sanitizers.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/finally.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/core/task.h"
#include "eddy/sync/event.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Task<> until(const bool& condition) {
  for (int i = 0; i < 5000 && !condition; ++i) co_await sleep(1ms);
}

TEST(SignalHandlerTest, IsCalledFromTheLoop) {
  bool called = false;
  run([&]() -> Task<> {
    get_running_loop().add_signal_handler(SIGUSR1, [&] {
      EXPECT_TRUE(get_running_loop().is_running());
      called = true;
    });
    ::raise(SIGUSR1);
    EXPECT_FALSE(called);  // not inside of the signal
    co_await until(called);
  });
  EXPECT_TRUE(called);
}

// TSan runs a handler at the next call that it intercepts, and a loop that sleeps in a ring makes none.
constexpr bool kSignalsAreLate = eddy::detail::kThreadSanitizer;

TEST(SignalHandlerTest, WakesALoopThatWaits) {
  if (kSignalsAreLate) GTEST_SKIP() << "ThreadSanitizer delays signals";
  bool called = false;
  ::pid_t self = ::getpid();
  Loop loop;
  loop.add_signal_handler(SIGUSR1, [&] {
    called = true;
    loop.stop();
  });
  ::pid_t child = ::fork();
  if (child == 0) {
    ::usleep(20'000);
    ::kill(self, SIGUSR1);
    ::_exit(0);
  }
  loop.run_forever();
  EXPECT_TRUE(called);
  ::waitpid(child, nullptr, 0);
}

TEST(SignalHandlerTest, ReplacesThePreviousOne) {
  int first = 0;
  bool second = false;
  run([&]() -> Task<> {
    get_running_loop().add_signal_handler(SIGUSR1, [&] { ++first; });
    get_running_loop().add_signal_handler(SIGUSR1, [&] { second = true; });
    ::raise(SIGUSR1);
    co_await until(second);
  });
  EXPECT_EQ(first, 0);
  EXPECT_TRUE(second);
}

TEST(SignalHandlerTest, RemovedRestoresWhatWasThereBefore) {
  struct sigaction before{};
  struct sigaction during{};
  struct sigaction after{};
  Loop loop;
  ::sigaction(SIGUSR1, nullptr, &before);
  loop.add_signal_handler(SIGUSR1, [] {});
  ::sigaction(SIGUSR1, nullptr, &during);
  EXPECT_TRUE(loop.remove_signal_handler(SIGUSR1));
  EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
  ::sigaction(SIGUSR1, nullptr, &after);
  EXPECT_NE(during.sa_handler, before.sa_handler);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(SignalHandlerTest, MayRemoveItself) {
  std::string seen;
  bool called = false;
  run([&]() -> Task<> {
    Loop& loop = get_running_loop();
    loop.add_signal_handler(SIGUSR1, [&, text = std::string("a text that is long enough for the heap")] {
      loop.remove_signal_handler(SIGUSR1);
      seen = text;
      called = true;
    });
    ::raise(SIGUSR1);
    co_await until(called);
  });
  EXPECT_EQ(seen, "a text that is long enough for the heap");
}

TEST(SignalHandlerTest, MayReplaceItself) {
  int calls = 0;
  bool second = false;
  run([&]() -> Task<> {
    Loop& loop = get_running_loop();
    loop.add_signal_handler(SIGUSR1, [&, cell = std::make_shared<int>(1)] {
      loop.add_signal_handler(SIGUSR1, [&] { second = true; });
      calls += *cell;
      ::raise(SIGUSR1);
    });
    ::raise(SIGUSR1);
    co_await until(second);
  });
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(second);
}

TEST(SignalHandlerTest, ACoverIsCalledInItsPlaceUntilItIsTakenAway) {
  std::string calls;
  bool done = false;
  struct sigaction before{};
  struct sigaction after{};
  run([&]() -> Task<> {
    ::sigaction(SIGUSR1, nullptr, &before);  // debug mode has its own
    Loop& loop = get_running_loop();
    const auto raise_once = [&]() -> Task<> {
      done = false;
      ::raise(SIGUSR1);
      co_await until(done);
    };
    const auto note = [&](char what) {
      calls += what;
      done = true;
    };
    loop.cover_signal_handler(SIGUSR1, [&] { note('c'); });
    co_await raise_once();
    loop.add_signal_handler(SIGUSR1, [&] { note('h'); });
    co_await raise_once();
    loop.uncover_signal_handler(SIGUSR1);
    co_await raise_once();
    loop.cover_signal_handler(SIGUSR1, [&] {
      loop.uncover_signal_handler(SIGUSR1);
      note('o');
    });
    EXPECT_TRUE(loop.remove_signal_handler(SIGUSR1));
    EXPECT_FALSE(loop.remove_signal_handler(SIGUSR1));
    co_await raise_once();
    ::sigaction(SIGUSR1, nullptr, &after);
  });
  EXPECT_EQ(calls, "ccho");
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

EDDY_TEST(SignalHandler, OneThatHasArrivedIsNoDeadlock) {
  Event arrived;
  get_running_loop().add_signal_handler(SIGUSR1, [&] { arrived.set(); });
  ::raise(SIGUSR1);
  co_await arrived.wait();
  get_running_loop().remove_signal_handler(SIGUSR1);
}

TEST(SignalHandlerTest, WhatCannotBeCaughtIsRefused) {
  Loop loop;
  EXPECT_THROW(loop.add_signal_handler(SIGKILL, [] {}), std::system_error);
  EXPECT_THROW(loop.add_signal_handler(4711, [] {}), std::invalid_argument);
}

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

void exit_with(int code) { ::_exit(code); }

TEST(InterruptTest, CancelsTheMainTaskWhichCleansUpThenTheProcessDiesOfIt) {
  int channel[2];
  ASSERT_EQ(::pipe(channel), 0);
  int status = status_of_child([&] {
    auto cleanup = [&]() -> Task<> {
      co_await sleep(1ms);
      EXPECT_EQ(::write(channel[1], "cleaned", 7), 7);
    };
    run([&]() -> Task<> {
      ::raise(SIGINT);
      co_await finally(sleep(1h), [&] { return cleanup(); });
    });
    exit_with(3);  // not reached
  });
  ::close(channel[1]);
  char text[16] = {};
  EXPECT_EQ(::read(channel[0], text, sizeof text), 7);
  ::close(channel[0]);
  EXPECT_STREQ(text, "cleaned");
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(InterruptTest, ASecondOneKillsWhatHangsInItsCleanup) {
  int status = status_of_child([] {
    auto again = []() -> Task<> {
      ::raise(SIGINT);
      co_await sleep(1h);
    };
    run([&]() -> Task<> {
      ::raise(SIGINT);
      co_await finally(sleep(1h), [&] { return again(); });
    });
    exit_with(3);
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(InterruptTest, ASecondOneKillsWhatBlocksTheThreadInItsCleanup) {
  int status = status_of_child([] {
    run([&]() -> Task<> {
      ScopeGuard guard([] {
        ::raise(SIGINT);
        ::sleep(1);
        exit_with(4);
      });
      ::raise(SIGINT);
      co_await sleep(1h);
    });
    exit_with(3);
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(InterruptTest, AMainTaskThatEndsInAValueAllTheSameReturnsIt) {
  int status = status_of_child([] {
    int value = run([]() -> Task<int> {
      ::raise(SIGINT);
      auto result = co_await outcome(sleep(1h));
      co_return result.cancelled() ? 7 : 8;
    });
    exit_with(value);
  });
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(InterruptTest, AfterTheMainTaskItEndsTheWaitForWhatCleansUp) {
  int status = status_of_child([] {
    run([]() -> Task<> {
      auto hangs = []() -> Task<> {
        ::raise(SIGINT);
        co_await sleep(1h);
      };
      create_task([&]() -> Task<> { co_await finally(sleep(1h), hangs); });
      co_await sleep(1ms);
      get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});
    });
    exit_with(3);
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(InterruptTest, IsLeftAloneWhenAskedTo) {
  int status = status_of_child([] {
    run(
        []() -> Task<> {
          ::raise(SIGINT);
          co_return;
        },
        RunOptions().handle_signals(false));
    exit_with(3);
  });
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
}

TEST(InterruptTest, IsLeftAloneWhenTheProgramHandlesItItself) {
  int status = status_of_child([] {
    std::signal(SIGINT, SIG_IGN);
    run([]() -> Task<> {
      ::raise(SIGINT);
      co_await sleep(1ms);
    });
    exit_with(5);
  });
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST(InterruptTest, TheDispositionIsAsBeforeAfterARun) {
  struct sigaction before{};
  struct sigaction during{};
  struct sigaction after{};
  ::sigaction(SIGINT, nullptr, &before);
  run([&]() -> Task<> {
    ::sigaction(SIGINT, nullptr, &during);
    co_return;
  });
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
  EXPECT_EQ(during.sa_handler != before.sa_handler, before.sa_handler == SIG_DFL);
}

}  // namespace
}  // namespace eddy

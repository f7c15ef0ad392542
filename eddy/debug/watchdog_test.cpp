// SPDX-License-Identifier: MIT
//
// Real time, because what is watched is a real thread; but whatever blocks does so until it has been reported, so that
// a slow machine makes a test slow, not wrong.
#include "eddy/debug/watchdog.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "eddy/base/sanitizers.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/debug/detail/stack_probe.h"
#include "eddy/sync/event.h"
#include "eddy/test/run.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/threads/run_coroutine_threadsafe.h"
#include "eddy/time/sleep.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;

/// What the watchdog says of the loop it is made on.
class Listener {
 public:
  explicit Listener(std::function<void()> then = [] {}) {
    set_blocked_handler(get_running_loop(), [this, then](const ErrorContext& context) {
      {
        const std::lock_guard guard(lock_);
        texts_.push_back(context.message);
      }
      then();
      ++reports_;
    });
    get_running_loop().set_exception_handler([this](Loop&, const ErrorContext& context) {
      EXPECT_EQ(context.kind, ErrorKind::slow_callback) << context.message;
      ++afterwards_;
    });
  }
  ~Listener() {
    set_blocked_handler(get_running_loop(), {});
    get_running_loop().set_exception_handler({});
  }

  int reports() const { return reports_; }
  int afterwards() const { return afterwards_; }
  /// The first one, without the numbers.
  std::string text() {
    const std::lock_guard guard(lock_);
    if (texts_.empty()) return "nothing";
    return std::regex_replace(texts_.front(), std::regex("for [0-9]+ ms"), "for N ms");
  }
  std::string headline() {
    const std::string all = text();
    return all.substr(0, all.find('\n'));
  }

 private:
  std::mutex lock_;
  std::vector<std::string> texts_;
  std::atomic<int> reports_{0};
  int afterwards_ = 0;
};

RunOptions watched() { return RunOptions{}.debug(true).slow_callback(5ms); }

bool waits_still(std::chrono::steady_clock::time_point since) { return std::chrono::steady_clock::now() < since + 20s; }

/// Blocks its thread until that was noticed.
[[gnu::noinline]] void hog(const Listener& listener) {
  for (const auto begin = std::chrono::steady_clock::now(); listener.reports() == 0 && waits_still(begin);) {
    std::this_thread::sleep_for(1ms);
  }
}
/// Without any system call.
[[gnu::noinline]] void spin(const Listener& listener) {
  for (const auto begin = std::chrono::steady_clock::now(); listener.reports() == 0 && waits_still(begin);) {
  }
}

Task<> blocks(Listener& listener) {
  co_await sleep(1ms);
  hog(listener);
  co_await sleep(1ms);
}

bool has_watchdog() {
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(thread.path() / "comm"), name);
    if (name == "eddy-watchdog") return true;
  }
  return false;
}

/// A thread that was joined is listed until the kernel has cleaned up after it.
bool watchdog_leaves() {
  for (const auto begin = std::chrono::steady_clock::now(); has_watchdog();) {
    if (!waits_still(begin)) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

TEST(WatchdogTest, ASignalThatTheProgramBlocksIsLeftToIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // in a process that has not chosen yet
  const auto choose = [] {
    sigset_t awaited;
    ::sigemptyset(&awaited);
    ::sigaddset(&awaited, SIGRTMAX - 1);
    ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
    std::exit(detail::probe_signal() == SIGRTMAX - 2 ? 0 : 1);
  };
  EXPECT_EXIT(choose(), testing::ExitedWithCode(0), "");
}

TEST(WatchdogTest, WhatItsHandlerThrowsIsPrinted) {
  testing::internal::CaptureStderr();
  run(
      []() -> Task<> {
        std::atomic<bool> told{false};
        set_blocked_handler(get_running_loop(), [&](const ErrorContext&) {
          told = true;
          throw std::runtime_error("no log");
        });
        while (!told) std::this_thread::sleep_for(1ms);
        co_return;
      },
      watched());
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_NE(printed.find("has been running for"), std::string::npos) << printed;
  EXPECT_NE(printed.find("exception in the blocked handler: std::runtime_error: no log"), std::string::npos) << printed;
}

TEST(WatchdogTest, SaysWhoBlocksAndWhereWhileItDoes) {
  run(
      []() -> Task<> {
        Listener listener;
        auto task = create_task(blocks, std::ref(listener));
        task.set_name("poller");
        co_await task;
        EXPECT_EQ(listener.headline().find("task 'poller' has been running for N ms without awaiting, "), 0U)
            << listener.text();
        EXPECT_NE(listener.text().find("in eddy::debug::hog"), std::string::npos) << listener.text();
        EXPECT_NE(listener.text().find("\n    in eddy::debug::blocks"), std::string::npos) << listener.text();
        EXPECT_EQ(listener.text().find("eddy::Loop"), std::string::npos) << "below the task is only the loop";
        EXPECT_EQ(listener.text().find("on_signal"), std::string::npos) << "nor is the handler part of it";
        EXPECT_GE(listener.afterwards(), 1) << "the end is reported as ever";
      },
      watched());
}

TEST(WatchdogTest, SaysItOfAThreadThatComputes) {
  if (eddy::detail::kThreadSanitizer) GTEST_SKIP() << "TSan lets signals through at system calls only";
  run(
      []() -> Task<> {
        Listener listener;
        spin(listener);
        EXPECT_EQ(listener.reports(), 1);
        EXPECT_NE(listener.text().find("in eddy::debug::spin"), std::string::npos) << listener.text();
        co_await sleep(1ms);
      },
      watched());
}

TEST(WatchdogTest, SaysItOfACallback) {
  run(
      []() -> Task<> {
        Listener listener;
        get_running_loop().call_soon([&] { hog(listener); });
        co_await sleep(1ms);
        EXPECT_EQ(listener.headline().find("a callback has been running for N ms without awaiting, "), 0U);
      },
      watched());
}

TEST(WatchdogTest, ATaskWithoutANameIsCalledByItsAddress) {
  run(
      []() -> Task<> {
        Listener listener;
        auto task = create_task(blocks, std::ref(listener));
        const std::string name = task.name();
        co_await task;
        EXPECT_EQ(listener.headline().find("task '" + name + "' has"), 0U) << listener.text();
      },
      watched());
}

// A group's task goes on within the dispatch in which the last child ends.
TEST(WatchdogTest, WhoeverGoesOnWithinADispatchIsTheOneThatRuns) {
  run(
      []() -> Task<> {
        Listener listener;
        current_task().set_name("parent");
        co_await task_group([](TaskGroup& tg) { tg.create_task(sleep(1ms)).set_name("child"); });
        hog(listener);
        EXPECT_EQ(listener.headline().find("task 'parent' has"), 0U) << listener.text();
      },
      watched());
}

TEST(WatchdogTest, SaysItOnce) {
  run(
      []() -> Task<> {
        Listener listener;
        hog(listener);
        std::this_thread::sleep_for(30ms);
        EXPECT_EQ(listener.reports(), 1);
        co_await sleep(1ms);
      },
      watched());
}

TEST(WatchdogTest, ASystemCallGoesOn) {
  run(
      []() -> Task<> {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        Listener listener([&] { EXPECT_EQ(::write(ends[1], "data", 4), 4); });
        char text[8] = {};
        EXPECT_EQ(::read(ends[0], text, sizeof text), 4) << "SA_RESTART";
        EXPECT_STREQ(text, "data");
        ::close(ends[0]);
        ::close(ends[1]);
        co_await sleep(1ms);
      },
      watched());
}

TEST(WatchdogTest, ASleepSleepsItsTime) {
  run(
      []() -> Task<> {
        Listener listener;
        for (int i = 0; i < 100 && listener.reports() == 0; ++i) {
          const auto begin = std::chrono::steady_clock::now();
          std::this_thread::sleep_for(25ms);
          EXPECT_GE(std::chrono::steady_clock::now() - begin, 25ms);
          co_await sleep(0s);
        }
        EXPECT_GE(listener.reports(), 1);
      },
      watched());
}

TEST(WatchdogTest, ALoopThatWaitsIsNotBlocked) {
  run(
      []() -> Task<> {
        Listener listener;
        co_await sleep(30ms);
        for (int i = 0; i < 1000; ++i) co_await sleep(0s);
        EXPECT_EQ(listener.reports(), 0) << listener.text();
      },
      watched().slow_callback(200ms));
}

// A loop's thread may have been started with all signals blocked, as a pool's are.
TEST(WatchdogTest, OfALoopInAThreadToo) {
  LoopThread thread("elsewhere");
  spawn_on(thread.loop(), []() -> Task<> {
    get_running_loop().set_debug(true);
    get_running_loop().set_slow_callback(5ms);
    co_await sleep(1ms);
    Listener listener;
    hog(listener);
    EXPECT_NE(listener.text().find("in eddy::debug::hog"), std::string::npos) << listener.text();
    co_await sleep(1ms);
  }).get();
}

TEST(WatchdogTest, SeveralLoopsAreServedByOneThread) {
  auto main = []() -> Task<> {
    Listener listener;
    hog(listener);
    EXPECT_GE(listener.reports(), 1);
    co_await sleep(1ms);
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { run(main, watched()); });
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(watchdog_leaves());
}

TEST(WatchdogTest, TheThreadIsThereWhileALoopIsInDebugMode) {
  EXPECT_TRUE(watchdog_leaves());
  run(
      []() -> Task<> {
        get_running_loop().set_debug(false);
        EXPECT_TRUE(watchdog_leaves());
        get_running_loop().set_debug(true);
        for (int i = 0; i < 10'000 && !has_watchdog(); ++i) co_await sleep(1ms);
        EXPECT_TRUE(has_watchdog());
      },
      RunOptions{}.debug(false));
  EXPECT_TRUE(watchdog_leaves());
}

Task<> cleans_up_until(Event& enough) { co_await shield(enough.wait()); }

// Nothing else would wake a loop all of whose tasks hang.
TEST(WatchdogTest, WakesTheLoopToSeeACleanupThatHangs) {
  run(
      []() -> Task<> {
        Event enough;
        std::string found;
        get_running_loop().set_exception_handler([&](Loop&, const ErrorContext& context) {
          found = context.message;
          enough.set();
        });
        auto task = create_task(cleans_up_until, std::ref(enough));
        task.set_name("job");
        co_await sleep(1ms);
        co_await cancel_and_wait(task);
        EXPECT_EQ(found.find("task 'job' is still cleaning up 0.1 s after its cancel, at watchdog_test.cpp:"), 0U)
            << found;
        get_running_loop().set_exception_handler({});
      },
      RunOptions{}.debug(true).slow_callback(60s).slow_cleanup(100ms));
}

TEST(WatchdogTest, AVirtualClockHasNone) {
  ASSERT_TRUE(watchdog_leaves()) << "that of the test before";
  test::run(
      []() -> Task<> {
        EXPECT_FALSE(has_watchdog());
        co_return;
      },
      test::Options{}.debug(true));
}

std::atomic<int> own_signals{0};

TEST(WatchdogTest, AHandlerOfTheProgramIsLeftAlone) {
  const int signo = detail::probe_signal();
  ASSERT_NE(signo, 0);
  struct sigaction before{};
  struct sigaction own{};
  own.sa_handler = [](int) { ++own_signals; };
  ASSERT_EQ(::sigaction(signo, &own, &before), 0);
  run(
      []() -> Task<> {
        Listener listener;
        hog(listener);
        EXPECT_EQ(listener.text(), "something has been running for N ms without awaiting") << "without a stack";
        co_await sleep(1ms);
      },
      watched());
  EXPECT_EQ(own_signals, 0);
  ::sigaction(signo, &before, nullptr);
}

// The parent's thread is not in the child, nor are its loops; a new one begins.
TEST(WatchdogTest, AForksChildBeginsAnew) {
  if (eddy::detail::kThreadSanitizer) GTEST_SKIP() << "TSan does not let a fork's child start threads";
  run(
      []() -> Task<> {
        const pid_t child = ::fork();
        if (child == 0) {
          bool reported = false;
          std::thread([&] {
            run(
                [&]() -> Task<> {
                  Listener listener;
                  hog(listener);
                  reported = listener.reports() == 1;
                  co_await sleep(1ms);
                },
                watched());
          }).join();
          ::_exit(reported ? 0 : 1);
        }
        int status = -1;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        EXPECT_EQ(status, 0);
        co_await sleep(1ms);
      },
      RunOptions{}.debug(true).slow_callback(60s));
}

// Many short lives: what is being said of a loop that closes is waited for.
TEST(WatchdogTest, LoopsComeAndGo) {
  for (int i = 0; i < 30; ++i) {
    run(
        [i]() -> Task<> {
          Listener listener;
          if (i % 3 == 0) hog(listener);
          if (i % 3 == 1) std::this_thread::sleep_for(6ms);
          co_return;
        },
        watched());
  }
}

}  // namespace
}  // namespace eddy::debug

// SPDX-License-Identifier: MIT
#include "eddy/debug/dump_on_signal.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/sync/event.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/threads/run_coroutine_threadsafe.h"
#include "eddy/time/sleep.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// What was printed, from whatever thread.
class Printed {
 public:
  void operator()(const std::string& text) {
    const std::lock_guard guard(lock_);
    texts_.push_back(text);
  }
  std::vector<std::string> texts() {
    const std::lock_guard guard(lock_);
    return texts_;
  }
  bool has(const std::string& part) {
    for (const std::string& text : texts()) {
      if (text.find(part) != std::string::npos) return true;
    }
    return false;
  }
  Task<> await(std::string part) {
    while (!has(part)) co_await sleep(1ms);
  }
  void block_until(std::size_t count) {
    while (texts().size() < count) std::this_thread::sleep_for(1ms);
  }

 private:
  std::mutex lock_;
  std::vector<std::string> texts_;
};

class DumpOnSignalTest : public testing::Test {
 protected:
  void TearDown() override { stop_dump_on_signal(SIGUSR2); }

  void dump_to_printed() {
    dump_on_signal(SIGUSR2, [this](const std::string& text) { printed(text); });
  }

  Printed printed;
};

bool is_default(int signo) {
  struct sigaction action{};
  ::sigaction(signo, nullptr, &action);
  return action.sa_handler == SIG_DFL;
}

TEST_F(DumpOnSignalTest, WhereTheDiskIsFullItGoesToStderr) {
  testing::internal::CaptureStderr();
  dump_on_signal(SIGUSR2, "/dev/full");
  std::raise(SIGUSR2);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  stop_dump_on_signal(SIGUSR2);
  EXPECT_THAT(
      testing::internal::GetCapturedStderr(),
      testing::AllOf(HasSubstr("cannot write to /dev/full: No space left"), HasSubstr("eddy: tasks of process")));
}

TEST_F(DumpOnSignalTest, WhatTheWriterThrowsIsPrinted) {
  std::atomic<int> calls{0};
  const auto throws = [&](const std::string&) {
    ++calls;
    throw std::runtime_error("no log");
  };
  testing::internal::CaptureStderr();
  dump_on_signal(SIGUSR2, throws);
  for (int i = 1; i <= 2; ++i) {  // the second tells that the thread lives
    std::raise(SIGUSR2);
    while (calls < i) std::this_thread::sleep_for(1ms);
  }
  stop_dump_on_signal(SIGUSR2);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("exception in a dump of tasks"));
}

TEST_F(DumpOnSignalTest, PrintsTheTasksOfAllLoopsThatTurn) {
  dump_to_printed();
  LoopThread other("other");
  auto nap = run_coroutine_threadsafe(
      []() -> Task<> {
        current_task().set_name("nap");
        co_await sleep(1h);
      },
      other.loop());
  run([&]() -> Task<> {
    current_task().set_name("me");
    co_await sleep(5ms);
    // On a slow machine a loop answers late, or when the nap is over.
    while (!printed.has("task 'nap' waits for Sleep, ") || !printed.has("task 'me' waits for Sleep, ")) {
      std::raise(SIGUSR2);
      co_await sleep(50ms);
    }
  });
  nap.cancel();
  const std::string process = std::to_string(::getpid());
  EXPECT_THAT(printed.texts()[0], testing::StartsWith("eddy: tasks of process " + process + "\nloop 0x"));
  EXPECT_TRUE(printed.has("(other):\n"));
}

TEST_F(DumpOnSignalTest, ALoopThatIsBlockedIsNamedAndAnswersLater) {
  dump_to_printed();
  LoopThread other("other");
  std::atomic<bool> release{false};
  other.loop().call_soon_threadsafe([&] {
    while (!release.load()) std::this_thread::sleep_for(1ms);
  });
  std::raise(SIGUSR2);
  printed.block_until(1);
  EXPECT_THAT(printed.texts()[0], HasSubstr(" has not answered for 100 ms: something blocks its thread, or nobody"));
  release = true;
  printed.block_until(2);
  EXPECT_THAT(printed.texts()[1], testing::StartsWith("eddy: now answers: loop 0x"));
  EXPECT_THAT(printed.texts()[1], HasSubstr("(other): no tasks\n"));
}

TEST_F(DumpOnSignalTest, WithoutLoopsItSaysSo) {
  dump_to_printed();
  std::raise(SIGUSR2);
  printed.block_until(1);
  EXPECT_EQ(printed.texts()[0], "eddy: tasks of process " + std::to_string(::getpid()) + "\nno loop\n");
}

TEST_F(DumpOnSignalTest, AClosedLoopIsNotAskedAny) {
  dump_to_printed();
  Loop closed;
  closed.close();
  std::raise(SIGUSR2);
  printed.block_until(1);
  EXPECT_THAT(printed.texts()[0], testing::EndsWith("\nno loop\n"));
}

TEST_F(DumpOnSignalTest, AHandlerThatTheProgramAddsWinsAsLongAsItIsThere) {
  dump_to_printed();
  run([&]() -> Task<> {
    Event mine;
    get_running_loop().add_signal_handler(SIGUSR2, [&] { mine.set(); });
    std::raise(SIGUSR2);
    co_await mine.wait();
    co_await sleep(20ms);
    EXPECT_THAT(printed.texts(), ElementsAre());
    get_running_loop().remove_signal_handler(SIGUSR2);
    std::raise(SIGUSR2);
    co_await printed.await("eddy: tasks of process ");
  });
}

TEST_F(DumpOnSignalTest, AHandlerThatTheProgramHasAlreadyIsLeftAlone) {
  auto* const before = std::signal(SIGUSR2, [](int) {});
  const ScopeGuard restore([&] { std::signal(SIGUSR2, before); });
  EXPECT_THROW(dump_on_signal(SIGUSR2), RuntimeError);
  EXPECT_FALSE(stop_dump_on_signal(SIGUSR2));
}

TEST_F(DumpOnSignalTest, StoppingGivesTheSignalItsDefaultEffectBack) {
  EXPECT_FALSE(stop_dump_on_signal(SIGUSR2));
  dump_on_signal(SIGUSR2);
  EXPECT_FALSE(is_default(SIGUSR2));
  EXPECT_TRUE(stop_dump_on_signal(SIGUSR2));
  EXPECT_TRUE(is_default(SIGUSR2));
  EXPECT_THROW(dump_on_signal(99), std::invalid_argument);
  EXPECT_THROW(dump_on_signal(SIGKILL), std::invalid_argument);
  EXPECT_THROW(dump_on_signal(SIGSEGV), std::invalid_argument);
}

TEST_F(DumpOnSignalTest, GoesToAFile) {
  const std::string path = testing::TempDir() + "eddy_dump_on_signal_" + std::to_string(::getpid());
  const ScopeGuard remove([&] { ::unlink(path.c_str()); });
  dump_on_signal(SIGUSR2, path);
  std::raise(SIGUSR2);
  std::stringstream text;
  while (text.str().empty()) {
    std::this_thread::sleep_for(1ms);
    text << std::ifstream(path).rdbuf();
    text.clear();
  }
  EXPECT_THAT(text.str(), HasSubstr("eddy: tasks of process "));
}

TEST_F(DumpOnSignalTest, DebugModeDoesItForSigusr1) {
  stop_dump_on_signal(SIGUSR1);  // where all of this runs in debug mode
  run([]() -> Task<> { co_return; }, RunOptions{}.debug(false));
  EXPECT_TRUE(is_default(SIGUSR1));
  run([]() -> Task<> { co_return; }, RunOptions{}.debug(true));
  EXPECT_TRUE(stop_dump_on_signal(SIGUSR1));
}

TEST_F(DumpOnSignalTest, DebugModeLeavesAHandlerOfTheProgramAlone) {
  auto* const mine = +[](int) {};
  auto* const before = std::signal(SIGUSR1, mine);
  const ScopeGuard restore([&] { std::signal(SIGUSR1, before); });
  run([]() -> Task<> { co_return; }, RunOptions{}.debug(true));
  EXPECT_EQ(std::signal(SIGUSR1, mine), mine);
}

}  // namespace
}  // namespace eddy::debug

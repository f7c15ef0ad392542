// SPDX-License-Identifier: MIT
//
// How processes end: by themselves, because nobody wants them any more, with their loop.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/random.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/core/run.h"
#include "eddy/io/process.h"
#include "eddy/io/run_command.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

Command endless() { return Command("sleep", "1000"); }
// Ready when it has written a line.
Command stubborn() { return Command::shell("trap '' TERM; echo; exec sleep 1000").pipe_stdout(); }

Task<Process> start_stubborn(Command command = stubborn()) {
  Process process = co_await create_subprocess_exec(std::move(command));
  EXPECT_EQ(co_await process.stdout().read_line(), "\n");
  co_return process;
}

bool exists(int pid) { return ::kill(pid, 0) == 0; }
bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1; }

Task<> until_gone(int pid) {
  for (int i = 0; i != 1000 && exists(pid); ++i) co_await sleep(1ms);
  EXPECT_FALSE(exists(pid));
}

EDDY_TEST(ProcessEnd, AZombieIsReapedAlthoughNobodyWaits) {
  Process process = co_await create_subprocess_exec("true");
  co_await until_gone(process.pid());
  EXPECT_EQ(process.returncode(), 0);
}

EDDY_TEST(ProcessEnd, ManyMayWait) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin());
  const auto wait = [&]() -> Task<int> { co_return co_await process.wait(); };
  const auto feed = [&]() -> Task<> {
    process.stdin().close();
    co_return;
  };
  const auto [first, second, none] = co_await gather(wait(), wait(), feed());
  static_cast<void>(none);
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 0);
}

EDDY_TEST(ProcessEnd, CancellingTheWaitOnlyEndsTheWaiting) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin());
  EXPECT_FALSE((co_await try_for(process.wait(), 1h)).has_value());
  EXPECT_EQ(process.returncode(), std::nullopt);
  process.stdin().close();
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(ProcessEnd, AWaitCancelledInTheRaceWithTheEndLosesNothing) {
  for (int i = 0; i != 20; ++i) {
    Process process = co_await create_subprocess_exec(endless());
    auto waiter = create_task([&]() -> Task<int> { co_return co_await process.wait(); });
    co_await checkpoint();
    const sys::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process.pid(), 0)));
    process.kill();
    co_await readable(pidfd.get());
    for (int turn = 0; turn != i % 3; ++turn) co_await checkpoint();
    waiter.cancel();
    auto ended = co_await outcome(waiter);
    if (ended.has_value()) {
      EXPECT_EQ(ended.value(), -SIGKILL);
    }
    EXPECT_EQ(co_await process.wait(), -SIGKILL);
  }
}

EDDY_TEST(ProcessEnd, ACancelledCommunicateKeepsWhatItHasRead) {
  int gate[2];
  CO_ASSERT_EQ(::pipe2(gate, O_CLOEXEC), 0);
  const sys::Fd theirs(gate[0]);
  sys::Fd ours(gate[1]);
  Process process = co_await create_subprocess_exec(
      Command::shell("echo one; cat <&3; echo two").pipe_stdout().pass_fd(theirs.get()));
  const auto cancelled = co_await try_for(process.communicate(), 1h);
  EXPECT_FALSE(cancelled.has_value());
  EXPECT_EQ(process.returncode(), std::nullopt);
  ours.reset();
  const ProcessOutput output = co_await process.communicate();
  EXPECT_EQ(output.out, "one\ntwo\n");
}

EDDY_TEST(ProcessEnd, WithEndsItWhenTheBodyEnds) {
  Process process = co_await create_subprocess_exec(endless());
  co_await with(process, [](Process& inside) -> Task<> {
    EXPECT_EQ(inside.returncode(), std::nullopt);
    co_return;
  });
  EXPECT_EQ(process.returncode(), -SIGTERM);
}

EDDY_TEST(ProcessEnd, WithEndsItWhenItsTaskIsCancelled) {
  int pid = 0;
  const auto owner = [&]() -> Task<> {
    co_await with(create_subprocess_exec(endless()), [&](Process& process) -> Task<> {
      pid = process.pid();
      co_await process.wait();
    });
  };
  auto task = create_task(owner());
  while (pid == 0) co_await checkpoint();
  co_await cancel_and_wait(task);
  EXPECT_FALSE(exists(pid)) << "it is gone when the task is";
}

EDDY_TEST(ProcessEnd, WhatIgnoresSigtermIsKilledAfterTheGrace) {
  Process process = co_await start_stubborn();
  const TimePoint before = now();
  co_await process.aclose();
  EXPECT_EQ(now() - before, 5s);
  EXPECT_EQ(process.returncode(), -SIGKILL);
  co_await process.aclose();
}

EDDY_TEST(ProcessEnd, TheGraceMayBeZero) {
  Process process = co_await start_stubborn(stubborn().kill_grace(0s));
  const TimePoint before = now();
  co_await process.aclose();
  EXPECT_EQ(now(), before);
  EXPECT_EQ(process.returncode(), -SIGKILL);
}

EDDY_TEST(ProcessEnd, WhatDiesOfSigtermNeedsNoGrace) {
  Process process = co_await create_subprocess_exec(endless());
  const TimePoint before = now();
  co_await process.aclose();
  EXPECT_LT(now() - before, 5s);
  EXPECT_EQ(process.returncode(), -SIGTERM);
}

EDDY_TEST(ProcessEnd, ACancelledAcloseLeavesTheRestToTheLoop) {
  Process process = co_await start_stubborn();
  EXPECT_FALSE((co_await try_for(process.aclose(), 1s)).has_value());
  EXPECT_EQ(co_await process.wait(), -SIGKILL);
}

EDDY_TEST(ProcessEnd, DestroyedItIsTerminatedInTheBackground) {
  int pid = 0;
  {
    Process process = co_await create_subprocess_exec(endless());
    pid = process.pid();
  }
  co_await until_gone(pid);
  {
    Process process = co_await start_stubborn();
    pid = process.pid();
  }
  co_await sleep(4s);
  EXPECT_TRUE(exists(pid));
  co_await sleep(1s);
  co_await until_gone(pid);
}

EDDY_TEST(ProcessEnd, AssigningEndsTheOldOne) {
  Process process = co_await create_subprocess_exec(endless());
  const int old = process.pid();
  process = co_await create_subprocess_exec("true");
  EXPECT_NE(process.pid(), old);
  co_await until_gone(old);
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(ProcessEnd, CancelledBeforeItsStartNothingRuns) {
  auto task = create_task(create_subprocess_exec(endless()));
  co_await cancel_and_wait(task);
  EXPECT_TRUE(no_child_is_left());
}

EDDY_TEST(ProcessEnd, TheWaitOfADestroyedProcessEndsWithIt) {
  Process process = co_await create_subprocess_exec(endless());
  auto waiter = create_task([wait = process.wait()]() mutable -> Task<int> { co_return co_await std::move(wait); });
  co_await checkpoint();
  process = Process();
  EXPECT_EQ(co_await waiter, -SIGTERM);
}

EDDY_TEST(ProcessEnd, SomebodyElseHasWaitedForIt) {
  Process process = co_await create_subprocess_exec(endless());
  process.kill();
  EXPECT_EQ(::waitpid(process.pid(), nullptr, 0), process.pid());
  EXPECT_EQ(co_await process.wait(), 255) << "nobody knows how it ended";
}

EDDY_TEST(ProcessEnd, RandomCancelsLeaveNobody) {
  Random random(test::current_seed());
  const auto use = [&](std::uint64_t kind) -> Task<> {
    if (kind % 4 == 0) {
      co_await run_command("true");
    } else if (kind % 4 == 1) {
      co_await run_command(Command("cat"), std::string(200'000, 'x'));
    } else if (kind % 4 == 2) {
      co_await with(create_subprocess_exec(endless()), [](Process& process) -> Task<> { co_await process.wait(); });
    } else {
      Process process = co_await create_subprocess_exec(Command::shell("cat; exit 1").pipe_stdin().pipe_stdout());
      co_await process.communicate("x");
    }
  };
  for (int round = 0; round != 10; ++round) {
    std::vector<TaskHandle<void>> tasks;
    for (int i = 0; i != 8; ++i) tasks.push_back(create_task(use, random.below(4)));
    for (auto& task : tasks) {
      for (std::uint64_t turns = random.below(20); turns != 0; --turns) co_await checkpoint();
      task.cancel();
    }
    for (auto& task : tasks) co_await cancel_and_wait(task);
  }
  for (int i = 0; i != 1000 && !no_child_is_left(); ++i) co_await sleep(1ms);
  EXPECT_TRUE(no_child_is_left());
}

// --- with the loop

TEST(ProcessLoopTest, AClosingLoopEndsItsProcesses) {
  Process kept;
  run([&]() -> Task<> { kept = co_await create_subprocess_exec(endless()); });
  EXPECT_EQ(kept.returncode(), -SIGTERM);
  EXPECT_TRUE(no_child_is_left());
  kept.kill();
  run([&]() -> Task<> {
    EXPECT_EQ(co_await kept.wait(), -SIGTERM);
    co_await kept.aclose();
  });
}

TEST(ProcessLoopTest, AClosingLoopKillsWhatStays) {
  Process kept;
  std::vector<Process> more;
  run([&]() -> Task<> {
    kept = co_await start_stubborn(stubborn().kill_grace(3ms));
    for (int i = 0; i != 3; ++i) more.push_back(co_await start_stubborn(stubborn().kill_grace(0s)));
    more.push_back(co_await create_subprocess_exec(endless()));
  });
  EXPECT_EQ(kept.returncode(), -SIGKILL);
  EXPECT_EQ(more.front().returncode(), -SIGKILL);
  EXPECT_EQ(more.back().returncode(), -SIGTERM);
  EXPECT_TRUE(no_child_is_left());
}

TEST(ProcessLoopTest, WhatWasDestroyedKeepsItsGraceWhenTheLoopCloses) {
  int gate[2];
  ASSERT_EQ(::pipe2(gate, O_CLOEXEC), 0);
  const sys::Fd ours(gate[0]);
  sys::Fd theirs(gate[1]);
  run([&]() -> Task<> {
    Process process = co_await create_subprocess_exec(
        Command::shell("trap 'echo saved >&3; exit' TERM; echo; while :; do sleep 0.001; done")
            .pipe_stdout()
            .pass_fd(theirs.get()));
    EXPECT_EQ(co_await process.stdout().read_line(), "\n");
  });
  theirs.reset();
  char text[16] = {};
  EXPECT_EQ(::read(ours.get(), text, sizeof text), 6);
  EXPECT_STREQ(text, "saved\n");
  EXPECT_TRUE(no_child_is_left());
}

TEST(ProcessLoopTest, TasksThatAreCancelledAtTheEndTakeTheirProcessesWithThem) {
  run([]() -> Task<> {
    create_task([]() -> Task<> {
      Process process = co_await create_subprocess_exec(endless());
      co_await process.wait();
    });
    create_task([]() -> Task<> {
      co_await with(create_subprocess_exec(endless()), [](Process& process) -> Task<> { co_await process.wait(); });
    });
    create_task([]() -> Task<> {
      Process process = co_await create_subprocess_exec(endless().pipe_stdin().pipe_stdout());
      co_await process.communicate();
    });
    co_await sleep(1ms);
  });
  EXPECT_TRUE(no_child_is_left());
}

TEST(ProcessLoopTest, ALoopThatRunsAgainElsewhereStillHearsOfTheEnd) {
  Loop loop;
  Process process;
  const auto start = [&]() -> Task<> {
    process = co_await create_subprocess_exec(Command("cat").pipe_stdin());
    EXPECT_FALSE((co_await try_for(process.wait(), 1ms)).has_value());
  };
  const auto finish = [&]() -> Task<int> {
    process.stdin().close();
    co_return co_await process.wait();
  };
  loop.run_until_complete(start());
  int code = -1;
  std::thread([&] { code = loop.run_until_complete(finish()); }).join();
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/debug/dump_tasks.h"

#include <algorithm>
#include <chrono>
#include <regex>
#include <string>

#include <gmock/gmock.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/with.h"
#include "eddy/core/run.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using test::all_blocked;
using testing::HasSubstr;

/// Without what is different in each run: addresses, and the folders and lines of this file.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("0x[0-9a-f]+"), "0x");
  return std::regex_replace(text, std::regex("at [^ ]*dump_tasks_test.cpp:[0-9]+"), "HERE");
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

Task<> nap() { co_await sleep(10s); }

Task<> two_naps() { co_await wait_for(gather(nap(), nap()), 3s); }

EDDY_TEST(DumpTasksTest, IsATreeOfWhatEachTaskWaitsForAndWhere) {
  get_running_loop().set_debug(false);  // it would add how old they are
  current_task().set_name("main");
  auto task = create_task(two_naps);
  task.set_name("naps");
  co_await sleep(1s);
  EXPECT_EQ(plain(dump_tasks()),
            "  task 'main' runs\n"
            "  task 'naps' waits for gather, 2 left (timeout in 2.0 s)\n"
            "    in eddy::debug::two_naps HERE\n"
            "      branch 1 waits for Sleep, 9.0 s left\n"
            "        in eddy::debug::nap HERE\n"
            "      branch 2 waits for Sleep, 9.0 s left\n"
            "        in eddy::debug::nap HERE\n");
  task.cancel("enough");
  EXPECT_THAT(plain(dump_tasks()), HasSubstr("task 'naps' waits for gather, 2 left (cancelled: enough)"));
  EXPECT_THROW(co_await task, TaskCancelled);
}

TEST(DumpTasksTest, WithoutALoopThereIsNothingToShow) { EXPECT_THROW(dump_tasks(), RuntimeError); }

TEST(DumpTasksTest, ALoopBetweenTwoRunsCanBeLookedAt) {
  Loop loop;
  auto task = loop.create_task(nap);
  task.set_name("nap");
  loop.call_soon([&] { loop.stop(); });
  loop.run_forever();
  EXPECT_THAT(dump_tasks(loop), HasSubstr("task 'nap' waits for Sleep"));
  loop.close();
  EXPECT_EQ(dump_tasks(loop), "");
}

Task<> many_naps(int count) {
  co_await task_group([&](TaskGroup& group) {
    for (int i = 0; i < count; ++i) group.create_task(nap).set_name("nap " + std::to_string(i));
  });
}

EDDY_TEST(DumpTasksTest, ManyThatDoTheSameAreSummedUp) {
  auto task = create_task(many_naps, 1234);
  co_await all_blocked();
  const std::string text = plain(dump_tasks());
  EXPECT_THAT(text, HasSubstr("task 'nap 9' waits"));
  EXPECT_THAT(text, HasSubstr("      … and 1,224 more like it: Sleep in eddy::debug::nap HERE\n"));
  EXPECT_EQ(lines(text), 2U + 2U + 10 * 2U + 1U - 1U) << text;
  EXPECT_EQ(lines(dump_tasks(DumpOptions{}.all(true))), 3U + 1234 * 2U);
  task.cancel();
  EXPECT_THROW(co_await task, TaskCancelled);
}

EDDY_TEST(DumpTasksTest, ElevenAreShownRatherThanOneLeftOut) {
  auto task = create_task(many_naps, 11);
  co_await all_blocked();
  EXPECT_THAT(dump_tasks(), testing::Not(HasSubstr("more like it")));
  task.cancel();
  EXPECT_THROW(co_await task, TaskCancelled);
}

Task<> gather_naps() { co_await gather(nap(), nap()); }

EDDY_TEST(DumpTasksTest, WhatIsLeftOutIsLeftOutWithItsChildren) {
  auto task = create_task([]() -> Task<> {
    co_await task_group([&](TaskGroup& group) {
      for (int i = 0; i < 100; ++i) group.create_task(gather_naps);
      group.create_task(nap).set_name("odd one");
      group.create_task(gather_naps);
    });
  });
  co_await all_blocked();
  const std::string text = dump_tasks();
  EXPECT_THAT(text, HasSubstr("… and 91 more like it: gather in eddy::debug::gather_naps"));
  EXPECT_THAT(text, HasSubstr("odd one"));
  task.cancel();
  EXPECT_THROW(co_await task, TaskCancelled);
}

struct DumpsAtItsEnd {
  explicit DumpsAtItsEnd(std::string& to) : text(to) {}
  ~DumpsAtItsEnd() { text = dump_tasks(); }
  std::string& text;
};

Task<> nap_and_tell(std::string& text) {
  const DumpsAtItsEnd at_its_end(text);
  co_await sleep(10s);
}

EDDY_TEST(DumpTasksTest, MayBeCalledWhileFramesAreDestroyed) {
  std::string text;
  auto task = create_task([&]() -> Task<> { co_await gather(nap(), nap_and_tell(text)); });
  task.set_name("task");
  co_await all_blocked();
  task.cancel();
  EXPECT_THROW(co_await task, TaskCancelled);
  EXPECT_THAT(text, HasSubstr("task 'task' waits for gather, "));
  EXPECT_THAT(text, testing::ContainsRegex("branch [12] runs .cancelled."));
}

EDDY_TEST(DumpTasksTest, MayBeCalledFromDoneCallbacks) {
  std::string text;
  auto task = create_task([]() -> Task<> { co_return; });
  auto other = create_task(nap);
  other.set_name("other");
  task.add_done_callback([&](auto&) { text = dump_tasks(); });
  co_await sleep(1ms);
  EXPECT_THAT(text, HasSubstr("task 'other' waits for Sleep"));
  other.cancel();
  EXPECT_THROW(co_await other, TaskCancelled);
}

TEST(DumpTasksTest, MayBeCalledWhileTheLoopCloses) {
  std::string text;
  auto background = [&]() -> Task<> {
    const DumpsAtItsEnd at_its_end(text);
    co_await sleep(10s);
  };
  run([&]() -> Task<> {
    create_task(std::ref(background)).set_name("background");
    co_await sleep(1ms);
  });
  EXPECT_THAT(text, HasSubstr("task 'background' runs (cancelled)"));
}

EDDY_TEST(DumpTasksTest, AHundredThousandTasksAreDumpedQuickly, test::Options{}.time_limit(30s)) {
  Lock lock;
  auto guard = co_await lock.acquire();
  const auto waiting = [&]() -> Task<> { auto mine = co_await lock.acquire(); };
  auto task = create_task([&]() -> Task<> {
    co_await task_group([&](TaskGroup& group) {
      for (int i = 0; i < 50'000; ++i) group.create_task(nap);
      for (int i = 0; i < 50'000; ++i) group.create_task(std::ref(waiting));
    });
  });
  co_await all_blocked();
  const auto begin = std::chrono::steady_clock::now();
  const std::string text = dump_tasks();
  const auto took = std::chrono::steady_clock::now() - begin;
  RecordProperty("milliseconds", static_cast<int>(took / 1ms));
  EXPECT_LT(lines(text), 50U);
  EXPECT_THAT(text, HasSubstr("… and 49,990 more like it: Lock"));
  guard.release();
  task.cancel();
  EXPECT_THROW(co_await task, TaskCancelled);
}

}  // namespace
}  // namespace eddy::debug

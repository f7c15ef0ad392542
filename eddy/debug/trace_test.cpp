// SPDX-License-Identifier: MIT
#include "eddy/debug/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/base/sanitizers.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/race.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/wait.h"
#include "eddy/core/run.h"
#include "eddy/debug/trace_file_test.h"
#include "eddy/sync/event.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;
using test_detail::TraceFile;
using testing::HasSubstr;
using testing::StartsWith;

/// A file of its own for each test, gone afterwards.
class Path {
 public:
  Path() {
    static int count = 0;
    text_ = testing::TempDir() + "eddy_trace_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".json";
  }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { std::remove(text_.c_str()); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

TraceFile read(const Path& path) {
  try {
    TraceFile file(path.text());
    EXPECT_EQ(file.complaints(), "");
    return file;
  } catch (const std::string& wrong) {
    ADD_FAILURE() << wrong;
    std::FILE* empty = std::fopen(path.text().c_str(), "w");
    std::fputs("[]", empty);
    std::fclose(empty);
    return TraceFile(path.text());
  }
}

Task<> naps() { co_await sleep(1ms); }
Task<> nothing() { co_return; }
Task<> waits(Event& event) { co_await event.wait(); }

TEST(TraceFileTest, TheReaderOfThisTestIsStrict) {
  using test_detail::Json;
  for (const char* wrong :
       {"[", "[1,]", "[{\"a\":1,}]", "[{\"a\" 1}]", "[\"a]", "[] 1", "[{\"a\":1,\"a\":2}]", "[\"\\x\"]"}) {
    EXPECT_THROW(Json::parse(wrong), std::string) << wrong;
  }
}

EDDY_TEST(TraceTest, ShowsWhenATaskRanAndWhatItWaitedFor) {
  const Path path;
  {
    Trace trace{path.text()};
    co_await create_task(naps);
  }
  const TraceFile file = read(path);
  const auto lives = file.lives("eddy::debug::naps");
  CO_ASSERT_EQ(lives.size(), 1u);
  const auto* life = &lives.front();
  EXPECT_EQ(file.track_name(life->track), "eddy::debug::naps");
  const auto* wait = file.find("X", "await Sleep");
  CO_ASSERT_TRUE(wait);
  EXPECT_EQ(wait->track, life->track);
  EXPECT_THAT(wait->args["at"], StartsWith("trace_test.cpp:"));
  EXPECT_THAT(wait->args["at"], HasSubstr(" in eddy::debug::naps"));
  std::vector<std::string> runs;
  for (const auto& event : file.events) {
    if (event.category == "run" && event.track == life->track)
      runs.push_back(event.args["from"] + " -> " + event.args["to"]);
  }
  CO_ASSERT_EQ(runs.size(), 2u);
  EXPECT_THAT(runs[0], StartsWith("its start -> trace_test.cpp:"));
  EXPECT_THAT(runs[1], HasSubstr(" in eddy::debug::naps -> its end"));
}

EDDY_TEST(TraceTest, BranchesHaveTracksOfTheirOwn) {
  const Path path;
  {
    Trace trace{path.text()};
    co_await create_task([]() -> Task<> { co_await gather(naps(), naps()); });
  }
  const TraceFile file = read(path);
  const auto branches = file.lives("eddy::debug::naps (branch)");
  CO_ASSERT_EQ(branches.size(), 2u);
  EXPECT_NE(branches[0].track, branches[1].track);
  EXPECT_EQ(file.count("X", "await Sleep"), 2u);
  EXPECT_EQ(file.count("X", "await GatherOp"), 1u);
  EXPECT_EQ(file.count("s", "starts"), 3u);
}

EDDY_TEST(TraceTest, TheLoopHasATrackOfTurnsAndSleeps) {
  const Path path;
  {
    Trace trace{path.text()};
    get_running_loop().call_later(1ms, [] {});
    co_await sleep(2ms);
  }
  const TraceFile file = read(path);
  EXPECT_GE(file.count("X", "turn"), 2u);
  EXPECT_GE(file.count("X", "sleep"), 1u);
  EXPECT_EQ(file.count("X", "callback"), 1u);
  EXPECT_EQ(file.find("X", "turn")->track.second, 0);
  EXPECT_EQ(file.track_name(file.find("X", "turn")->track), "loop");
  EXPECT_EQ(file.find("M", "process_name")->args["name"], "loop 1");
}

EDDY_TEST(TraceTest, ArrowsGoFromWhoStartsToWhoIsStarted) {
  const Path path;
  {
    Trace trace{path.text()};
    co_await create_task([]() -> Task<> { co_await create_task(naps); });
    get_running_loop().call_soon([] { create_task(nothing); });
    co_await sleep(1ms);
  }
  const TraceFile file = read(path);
  EXPECT_EQ(file.count("s", "starts"), 3u);  // also in the run in which the trace began
  EXPECT_EQ(file.count("f", "starts"), 3u);
}

EDDY_TEST(TraceTest, CancellationsAndErrorsAreMarked) {
  const Path path;
  {
    Trace trace{path.text()};
    auto endless = create_task(sleep(1h));
    auto failing = create_task([]() -> Task<> {
      co_await sleep(1ms);
      throw std::runtime_error("no \"luck\"");
    });
    co_await sleep(2ms);
    endless.cancel("not needed");
    EXPECT_THROW(co_await endless, TaskCancelled);
    EXPECT_THROW(co_await failing, std::runtime_error);
  }
  const TraceFile file = read(path);
  CO_ASSERT_TRUE(file.find("i", "cancel"));
  EXPECT_EQ(file.find("i", "cancel")->args["text"], "not needed");
  EXPECT_EQ(file.count("i", "was cancelled"), 1u);
  CO_ASSERT_TRUE(file.find("i", "error"));
  EXPECT_THAT(file.find("i", "error")->args["text"], HasSubstr("no \"luck\""));
}

EDDY_TEST(TraceTest, OneThatIsCancelledWhileItRunsForTheFirstTimeBeganBefore) {
  const Path path;
  {
    Trace trace{path.text()};
    auto task = create_task([]() -> Task<> {
      std::this_thread::sleep_for(1ms);
      current_task().cancel();
      co_await sleep(1h);
    });
    EXPECT_THROW(co_await task, TaskCancelled);
  }
  EXPECT_EQ(read(path).count("i", "cancel"), 1u);  // which looks whether slices nest
}

EDDY_TEST(TraceTest, TracksAreUsedAgainByTasksOfTheSameFunctionOrName) {
  const Path path;
  {
    Trace trace{path.text()};
    for (int i = 0; i < 5; ++i) co_await create_task(naps);
    co_await gather(create_task(naps), create_task(naps));
    auto named = create_task(naps);
    named.set_name("special");
    co_await named;
  }
  const TraceFile file = read(path);
  std::vector<std::string> names;
  for (const auto& event : file.events) {
    if (event.phase == "M" && event.name == "thread_name" && event.track.second > 0)
      names.push_back(event.args["name"]);
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::count(names, "eddy::debug::naps"), 1);
  EXPECT_EQ(std::ranges::count(names, "eddy::debug::naps #2"), 1);
  EXPECT_EQ(std::ranges::count(names, "special"), 1);
  EXPECT_EQ(file.count("X", "special"), 1u);
}

EDDY_TEST(TraceTest, ANameMayChangeWhileTheTaskLives) {
  const Path path;
  {
    Trace trace{path.text()};
    for (int i = 0; i < 4; ++i) {
      auto task = create_task(naps);
      co_await sleep(0s);
      task.set_name("renamed " + std::to_string(i % 2));
      co_await task;
    }
  }
  EXPECT_EQ(read(path).count("X", "renamed 0"), 2u);
}

EDDY_TEST(TraceTest, OddNamesMakeNoOddFile) {
  const Path path;
  {
    Trace trace{path.text()};
    auto task = create_task(naps);
    task.set_name("a \"b\" \\ \n \x01 \xff " + std::string(5000, 'x'));
    co_await task;
  }
  EXPECT_LT(read(path).bytes, 5000u);
}

EDDY_TEST(TraceTest, TasksThatWereThereBeforeAndThatOutliveIt) {
  Event go;
  auto before = create_task(waits, std::ref(go));
  co_await test::all_blocked();
  const Path path;
  {
    Trace trace{path.text()};
    auto after = create_task(waits, std::ref(go));
    co_await test::all_blocked();
  }
  const TraceFile file = read(path);
  const auto lives = file.lives("eddy::debug::waits");
  EXPECT_EQ(lives.size(), 2u);
  EXPECT_EQ(file.count("X", "await EventWait"), 2u);
  for (const auto& life : lives) EXPECT_EQ(life.args["ended in"], "still alive");
  go.set();
  co_await before;
}

EDDY_TEST(TraceTest, WhatIsStoppedIsLeftOut) {
  const Path path;
  {
    Trace trace{path.text()};
    co_await create_task(naps);
    trace.stop();
    for (int i = 0; i < 10; ++i) co_await create_task(naps);
    trace.start();
    co_await create_task(naps);
  }
  EXPECT_EQ(read(path).count("X", "await Sleep"), 2u);
}

EDDY_TEST(TraceTest, CategoriesAreChosen) {
  const Path path;
  {
    Trace trace{path.text(), TraceOptions{}.categories(TraceOptions::kTurns)};
    co_await create_task(naps);
  }
  const TraceFile file = read(path);
  EXPECT_GE(file.count("X", "turn"), 1u);
  EXPECT_EQ(file.count("X", "await Sleep"), 0u);
  EXPECT_EQ(file.count("s", "starts"), 0u);
  EXPECT_EQ(file.count("C", "tasks"), 0u);
}

EDDY_TEST(TraceTest, AFullFileKeepsTheOldestAndIsStillWhole) {
  const Path path;
  {
    Trace trace{path.text(), TraceOptions{}.max_bytes(20'000)};
    for (int i = 0; i < 1000; ++i) co_await create_task(naps);
    trace.flush();
    co_await create_task(naps);
    EXPECT_EQ(trace.error(), "");
  }
  const TraceFile file = read(path);
  EXPECT_LE(file.bytes, 20'000u);
  EXPECT_GE(file.bytes, 19'000u);
}

EDDY_TEST(TraceTest, EventsCanBeLimited) {
  const Path path;
  {
    Trace trace{path.text(), TraceOptions{}.max_events(50)};
    for (int i = 0; i < 100; ++i) co_await create_task(naps);
  }
  EXPECT_EQ(TraceFile(path.text()).events.size(), 50u);
}

EDDY_TEST(TraceTest, TheFileIsWholeWhileItGrows) {
  const Path path;
  Trace trace{path.text()};
  for (int i = 0; i < 3; ++i) {
    co_await create_task(naps);
    trace.flush();
    EXPECT_EQ(read(path).count("X", "await Sleep"), static_cast<std::size_t>(i) + 1);
  }
}

// --- what goes wrong -------------------------------------------------------------------------------------------------

/// What the exception handler is told while `path` is traced to.
std::string told_of(const std::string& path) {
  std::string told;
  run([&]() -> Task<> {
    get_running_loop().set_exception_handler([&](Loop&, const ErrorContext& context) { told += context.message; });
    Trace trace{path};
    co_await create_task(naps);
    trace.flush();
    co_await create_task(naps);
    co_await sleep(1ms);
    EXPECT_NE(trace.error(), "");
  });
  return told;
}

TEST(TraceTest, AFileThatCannotBeMadeIsToldAndHarmsNobody) {
  EXPECT_EQ(told_of("/no such folder/run.json"),
            "trace: open /no such folder/run.json: No such file or directory; the trace has ended");
}

TEST(TraceTest, AFileHasOneTraceAtATime) {
  const Path path;
  run([&]() -> Task<> {
    get_running_loop().set_exception_handler([](Loop&, const ErrorContext&) {});
    Trace first{path.text()};
    co_await create_task(naps);
    Trace second{path.text()};
    co_await create_task(naps);
    EXPECT_EQ(second.error(), "open, because another trace is being written to " + path.text() +
                                  ": Device or resource busy; the trace has ended");
    first.flush();
    EXPECT_EQ(first.error(), "");
  });
  EXPECT_FALSE(TraceFile(path.text()).events.empty());
}

TEST(TraceTest, AFullDiskIsToldAndHarmsNobody) {
  EXPECT_EQ(told_of("/dev/full"), "trace: write /dev/full: No space left on device; the trace has ended");
}

TEST(TraceTest, AForkedChildDoesNotWrite) {
  const Path path;
  run([&]() -> Task<> {
    auto trace = std::make_unique<Trace>(path.text());
    co_await create_task(naps);
    trace->flush();
    const ::pid_t child = ::fork();
    if (child == 0) {
      trace->stop();
      trace->flush();
      trace.reset();
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    co_await create_task(naps);
    trace.reset();
  });
  EXPECT_EQ(read(path).count("X", "await Sleep"), 2u);
}

TEST(TraceTest, AKilledProcessLeavesAWholeFile) {
  if (eddy::detail::kThreadSanitizer) GTEST_SKIP() << "TSan does not let a fork's child start threads";
  const Path path;
  const ::pid_t child = ::fork();
  if (child == 0) {
    run([&]() -> Task<> {
      Trace trace{path.text()};
      co_await create_task(naps);
      trace.flush();
      co_await create_task(naps);
      ::_exit(0);
    });
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_GE(read(path).count("X", "await Sleep"), 1u);
}

// --- several loops, long runs ----------------------------------------------------------------------------------------

TEST(TraceTest, LoopsOfSeveralThreadsShareAFile) {
  const Path path;
  {
    Trace trace{path.text()};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&trace, i] {
        Loop loop;
        trace.attach(loop, "worker " + std::to_string(i));
        for (int j = 0; j < 20; ++j) loop.run_until_complete(naps());
      });
    }
  }
  const TraceFile file = read(path);
  EXPECT_EQ(file.count("M", "process_name"), 3u);
  EXPECT_EQ(file.count("X", "await Sleep"), 60u);
}

TEST(TraceTest, OneMadeBeforeItsLoopIsAttachedLater) {
  const Path path;
  Trace trace{path.text()};
  {
    Loop loop;
    trace.attach(loop);
    loop.run_until_complete(naps());
  }
  trace.flush();
  const TraceFile file = read(path);
  const auto lives = file.lives("eddy::debug::naps");
  ASSERT_EQ(lives.size(), 1u);
  EXPECT_EQ(lives.front().args["ended in"], "value");
}

/// A tree of tasks that does a bit of everything.
Task<> grow(int depth, Random& random) {
  for (int i = 0; i < 2; ++i) {
    if (depth == 0) {
      co_await sleep(random.below(3) * 1ms);
      continue;
    }
    switch (random.below(5)) {
      case 0:
        co_await gather(grow(depth - 1, random), grow(depth - 1, random), sleep(1ms));
        break;
      case 1: {
        auto body = [&](TaskGroup& tg) {
          for (int child = 0; child < 3; ++child) tg.create_task(grow, depth - 1, std::ref(random));
        };
        co_await task_group(body);
        break;
      }
      case 2: {
        auto task = create_task(grow, depth - 1, std::ref(random));
        if (random.below(2) == 0) co_await sleep(random.below(3) * 1ms);
        task.cancel();
        co_await wait(task);
        break;
      }
      case 3:
        co_await try_for(grow(depth - 1, random), random.below(4) * 1ms);
        break;
      default:
        co_await race(grow(depth - 1, random), sleep(2ms));
    }
  }
}

EDDY_TEST(TraceTest, TreesOfTasksNest) {
  const Path path;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    {
      Trace trace{path.text()};
      co_await create_task(grow, 4, std::ref(random));
      co_await sleep(1h);  // for those that nobody waits for any more
      EXPECT_EQ(trace.dropped(), 0u);
    }
    EXPECT_GT(read(path).events.size(), 20u) << seed;
  }
}

}  // namespace
}  // namespace eddy::debug

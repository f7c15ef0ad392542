// SPDX-License-Identifier: MIT
#include "eddy/io/file_watcher.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <unistd.h>

#include "eddy/core/create_task.h"
#include "eddy/io/file_errors_test.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/iter/iter.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

const char* const kNames[] = {"created", "modified", "written", "removed", "moved", "gone", "overflow"};

std::string text_of(const FileEvent& event, const TestDirectory& dir) {
  const auto name = [&](const std::string& path) {
    return path.size() > dir.path().size() ? path.substr(dir.path().size() + 1) : ".";
  };
  std::string text = kNames[static_cast<int>(event.change)];
  for (const std::string& path : {event.from, event.path}) {
    if (!path.empty()) text.append(" ").append(name(path));
  }
  return event.is_directory ? text + "/" : text;
}

// Everything that has happened up to now.
Task<std::string> all_of(FileWatcher& watcher, const TestDirectory& dir) {
  std::string all;
  for (;;) {
    auto event = co_await try_for(watcher.next(), 100ms);
    if (!event) co_return all;
    all += text_of(*event, dir) + "; ";
  }
}

EDDY_TEST(FileWatcher, TellsWhatHappensInADirectory) {
  TestDirectory dir;
  FileWatcher watcher = co_await watch_directory(dir.path());
  const std::string path = dir.file("a", "x");
  EXPECT_EQ(co_await all_of(watcher, dir), "created a; modified a; written a; ");
  std::ofstream(path, std::ios::app) << "y";
  EXPECT_EQ(co_await all_of(watcher, dir), "modified a; written a; ");
  std::filesystem::create_directory(dir / "d");
  EXPECT_EQ(co_await all_of(watcher, dir), "created d/; ");
  std::filesystem::remove(path);
  EXPECT_EQ(co_await all_of(watcher, dir), "removed a; ");
}

EDDY_TEST(FileWatcher, BothHalvesOfAMoveAreOneEvent) {
  TestDirectory dir;
  dir.file("a", "");
  std::filesystem::create_directory(dir / "d");
  TestDirectory elsewhere;
  FileWatcher watcher = co_await watch_directory(dir.path());
  co_await watcher.add(dir / "d");
  std::filesystem::rename(dir / "a", dir / "b");
  EXPECT_EQ(co_await all_of(watcher, dir), "moved a b; ");
  std::filesystem::rename(dir / "b", dir / "d/b");
  EXPECT_EQ(co_await all_of(watcher, dir), "moved b d/b; ");
  std::filesystem::rename(dir / "d/b", elsewhere / "b");
  EXPECT_EQ(co_await all_of(watcher, dir), "removed d/b; ");
  std::filesystem::rename(elsewhere / "b", dir / "c");
  EXPECT_EQ(co_await all_of(watcher, dir), "created c; ");
}

EDDY_TEST(FileWatcher, WaitsForTheNextEvent) {
  TestDirectory dir;
  FileWatcher watcher = co_await watch_directory(dir.path());
  auto waiter = create_task([&]() -> Task<std::string> {
    FileEvent event = co_await watcher.next();
    co_return event.path;
  });
  co_await sleep(1s);
  EXPECT_FALSE(waiter.done());
  dir.file("late", "");
  EXPECT_EQ(co_await waiter, dir / "late");
}

EDDY_TEST(FileWatcher, ACancelledNextLosesNothing) {
  TestDirectory dir;
  FileWatcher watcher = co_await watch_directory(dir.path());
  std::string all;
  for (int i = 0; i != 50; ++i) {
    auto waiter = create_task([&]() -> Task<std::string> {
      FileEvent event = co_await watcher.next();
      co_return text_of(event, dir) + "; ";
    });
    for (int turns = 0; turns != i % 5; ++turns) co_await sleep(0s);
    std::filesystem::create_directory(dir / std::to_string(i).c_str());
    for (int turns = 0; turns != i % 3; ++turns) co_await sleep(0s);
    waiter.cancel();
    auto ended = co_await outcome(waiter);
    if (ended.has_value()) all += ended.value();
  }
  all += co_await all_of(watcher, dir);
  std::string expected;
  for (int i = 0; i != 50; ++i) expected += "created " + std::to_string(i) + "/; ";
  EXPECT_EQ(all, expected);
}

EDDY_TEST(FileWatcher, AFileCanBeWatched) {
  TestDirectory dir;
  const std::string path = dir.file("a", "");
  FileWatcher watcher = co_await watch_directory(path);
  std::ofstream(path) << "x";
  auto events = watcher.events();
  EXPECT_EQ((co_await events.next())->change, FileChange::modified);
  EXPECT_EQ((co_await events.next())->change, FileChange::written);
}

EDDY_TEST(FileWatcher, SaysWhenWhatItWatchesIsGone) {
  TestDirectory dir;
  std::filesystem::create_directory(dir / "d");
  FileWatcher watcher = co_await watch_directory(dir / "d");
  std::filesystem::remove(dir / "d");
  EXPECT_EQ(co_await all_of(watcher, dir), "gone d; ");
}

EDDY_TEST(FileWatcher, SaysWhenEventsWereLost) {
  std::ifstream limit("/proc/sys/fs/inotify/max_queued_events");
  int queued = 0;
  limit >> queued;
  if (queued == 0 || queued > 20'000) co_return;  // too many for a test
  TestDirectory dir;
  const std::string a = dir.file("a", "");
  const std::string b = dir.file("b", "");
  FileWatcher watcher = co_await watch_directory(dir.path());
  std::ofstream one(a);
  std::ofstream two(b);
  for (int i = 0; i <= queued; ++i) (i % 2 ? one : two) << "x" << std::flush;
  FileChange last{};
  for (auto event = co_await try_for(watcher.next(), 100ms); event;) {
    last = event->change;
    event = co_await try_for(watcher.next(), 100ms);
  }
  EXPECT_EQ(last, FileChange::overflow);
}

EDDY_TEST(FileWatcher, ErrorsNameThePath) {
  TestDirectory dir;
  expect_in("watch " + (dir / "none"),
            co_await message_of(watch_directory(dir / "none"), std::errc::no_such_file_or_directory));
}

}  // namespace
}  // namespace eddy

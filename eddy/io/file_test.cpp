// SPDX-License-Identifier: MIT
#include "eddy/io/file.h"

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/combine/with.h"
#include "eddy/core/create_task.h"
#include "eddy/core/loop.h"
#include "eddy/core/run.h"
#include "eddy/io/file_errors_test.h"
#include "eddy/io/stream_error.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/iter/iter.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

// Until a task has begun: the next one comes behind it.
Task<> until(const bool& begun) {
  while (!begun) co_await sleep(0s);
}

// For bytes that nobody wants to see.
void expect_same(const std::string& got, const std::string& expected) {
  EXPECT_TRUE(got == expected) << got.size() << " bytes, expected " << expected.size();
}

EDDY_TEST(File, ReadsWhatItWrote) {
  TestDirectory dir;
  File file = co_await open_file(dir / "a", "w+");
  co_await file.write("hello ");
  co_await file.write("world");
  EXPECT_EQ(file.tell(), 11);
  EXPECT_EQ(co_await file.read(), "");
  EXPECT_EQ(co_await file.seek(6), 6);
  EXPECT_EQ(co_await file.read(), "world");
  EXPECT_EQ(co_await file.seek(-5, Whence::end), 6);
  EXPECT_EQ(co_await file.seek(-6, Whence::current), 0);
  EXPECT_EQ(co_await file.read(5), "hello");
  EXPECT_EQ(co_await file.read(100), " world");
  EXPECT_EQ(co_await file.read(1), "");
  EXPECT_EQ(file.path(), dir / "a");
  co_await file.aclose();
  EXPECT_EQ(bytes_of(dir / "a"), "hello world");
}

EDDY_TEST(File, ModesArePythons) {
  TestDirectory dir;
  const std::string path = dir.file("a", "old");
  {
    File file = co_await open_file(path, "r+b");
    co_await file.write("O");
    EXPECT_EQ(co_await file.read(), "ld");
  }
  {
    File file = co_await open_file(path, "a+");
    EXPECT_EQ(file.tell(), 3);
    co_await file.seek(0);
    EXPECT_EQ(co_await file.read(), "Old");
    co_await file.seek(0);
    co_await file.write("er");
    EXPECT_EQ(file.tell(), 5);
  }
  EXPECT_EQ(bytes_of(path), "Older");
  expect_in(path, co_await message_of(open_file(path, "x"), std::errc::file_exists));
  co_await with(open_file(path, "w"), [](File&) -> Task<> { co_return; });
  EXPECT_EQ(bytes_of(path), "");
  co_await with(open_file(dir / "new", "x"), [](File& file) -> Task<> { co_await file.write("x"); });
  EXPECT_EQ(bytes_of(dir / "new"), "x");
}

EDDY_TEST(File, OtherModesAreRefused) {
  for (const char* mode : {"", "rw", "+", "z", "r++", "b"}) {
    auto ended = co_await outcome(open_file("/dev/null", mode));
    EXPECT_THROW(ended.value(), std::invalid_argument) << mode;
  }
}

EDDY_TEST(File, ErrorsOfOpenNameThePath) {
  TestDirectory dir;
  expect_in("open for reading " + (dir / "none"),
            co_await message_of(open_file(dir / "none"), std::errc::no_such_file_or_directory));
  expect_in("open for writing " + (dir / "no/where"),
            co_await message_of(open_file(dir / "no/where", "w"), std::errc::no_such_file_or_directory));
  expect_in("list_directory", co_await message_of(open_file(dir.path()), std::errc::is_a_directory));
  if (::geteuid() == 0) co_return;  // root may do anything
  ::chmod(dir.file("secret", "x").c_str(), 0);
  expect_in(dir / "secret", co_await message_of(open_file(dir / "secret"), std::errc::permission_denied));
}

EDDY_TEST(File, APipeIsNoFile) {
  TestDirectory dir;
  CO_ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  expect_in("stream_from_pipe", co_await message_of(open_file(dir / "fifo"), std::errc::invalid_argument));
}

EDDY_TEST(File, OptionsReachOpen) {
  TestDirectory dir;
  const mode_t before = ::umask(0);
  File file = co_await open_file(dir / "a", "w", FileOptions{}.permissions(0640).sync_writes());
  ::umask(before);
  co_await file.write("x");
  struct stat about{};
  ::stat((dir / "a").c_str(), &about);
  EXPECT_EQ(about.st_mode & 0777, 0640u);
  ::symlink("a", (dir / "link").c_str());
  expect_in("link", co_await message_of(open_file(dir / "link", "r", FileOptions{}.no_follow()),
                                        std::errc::too_many_symbolic_link_levels));
}

EDDY_TEST(File, AFullDiskIsAnErrorOfWrite) {
  File file = co_await open_file("/dev/full", "w");
  expect_in("write to /dev/full", co_await message_of(file.write("x"), std::errc::no_space_on_device));
}

EDDY_TEST(File, ReadingAFileThatIsOnlyWrittenFails) {
  TestDirectory dir;
  File file = co_await open_file(dir / "a", "w");
  expect_in("read from " + (dir / "a"), co_await message_of(file.read(), std::errc::bad_file_descriptor));
}

EDDY_TEST(File, DevicesAndFilesWithoutASize) {
  File zero = co_await open_file("/dev/zero");
  EXPECT_EQ(co_await zero.read(3), std::string(3, '\0'));
  File nothing = co_await open_file("/dev/null", "r+");
  EXPECT_EQ(co_await nothing.read(), "");
  co_await nothing.write("gone");
  File about = co_await open_file("/proc/self/status");
  expect_in("\nUmask:", co_await about.read());
}

EDDY_TEST(File, ReadSomeAndReadAtFillMemoryOfTheCaller) {
  TestDirectory dir;
  File file = co_await open_file(dir.file("a", "0123456789"));
  char memory[4] = {};
  EXPECT_EQ(co_await file.read_some(std::span<char>(memory)), 4u);
  EXPECT_EQ(std::string_view(memory, 4), "0123");
  EXPECT_EQ(co_await file.read_at(8, std::span<char>(memory)), 2u);
  EXPECT_EQ(std::string_view(memory, 2), "89");
  EXPECT_EQ(co_await file.read_at(5, 3), "567");
  EXPECT_EQ(co_await file.read_at(50, 3), "");
  EXPECT_EQ(file.tell(), 4);
  EXPECT_EQ(co_await file.read_some(std::span<char>()), 0u);
}

EDDY_TEST(File, WriteAtLeavesThePosition) {
  TestDirectory dir;
  File file = co_await open_file(dir / "a", "w+");
  co_await file.write("abc");
  co_await file.write_at(5, "xyz");
  EXPECT_EQ(file.tell(), 3);
  EXPECT_EQ(co_await file.size(), 8);
  EXPECT_EQ(co_await file.read(), std::string("\0\0xyz", 5));
}

EDDY_TEST(File, TruncateSyncSize) {
  TestDirectory dir;
  File file = co_await open_file(dir / "a", "w+");
  co_await file.write("0123456789");
  co_await file.truncate(4);
  co_await file.sync();
  EXPECT_EQ(co_await file.size(), 4);
  EXPECT_EQ(file.tell(), 10);
  co_await file.truncate(6);
  EXPECT_EQ(co_await file.read_at(0, 100), std::string("0123\0\0", 6));
  File reader = co_await open_file(dir / "a");
  expect_in("truncate", co_await message_of(reader.truncate(1), std::errc::invalid_argument));
}

EDDY_TEST(File, SeekRefusesWhatIsNowhere) {
  TestDirectory dir;
  File file = co_await open_file(dir.file("a", "abc"));
  expect_in("seek() in", co_await message_of(file.seek(-1), std::errc::invalid_argument));
  EXPECT_EQ(co_await file.read(1), "a");
}

EDDY_TEST(File, LinesComeWithoutTheirEnds) {
  TestDirectory dir;
  const std::string path = dir.file("a", "one\r\ntwo\n\nfour");
  File file = co_await open_file(path);
  const std::vector<std::string> expected{"one", "two", "", "four"};
  EXPECT_EQ(co_await iter::collect(file.lines()), expected);
  const std::vector<std::string> first{"one"};
  EXPECT_EQ(co_await iter::collect(open_lines(path) | iter::take(1)), first);
}

EDDY_TEST(File, LinesAndOtherReadsShareThePosition) {
  TestDirectory dir;
  File file = co_await open_file(dir.file("a", "one\ntwo\nthree\n"), "r+");
  EXPECT_EQ(co_await file.read_line(), "one\n");
  EXPECT_EQ(file.tell(), 4);
  EXPECT_EQ(co_await file.read(2), "tw");
  EXPECT_EQ(co_await file.read_line(), "o\n");
  co_await file.write_at(8, "THREE");
  EXPECT_EQ(co_await file.read_line(), "THREE\n");
  EXPECT_EQ(co_await file.read_line(), "");
  co_await file.write("four");
  EXPECT_EQ(co_await file.read_line(), "");
  co_await file.seek(0);
  EXPECT_EQ(co_await file.read_line(), "one\n");
}

EDDY_TEST(File, LongLines) {
  TestDirectory dir;
  const std::string line(300'000, 'x');
  const std::string path = dir.file("a", line + "\n" + line);
  chill(path);
  const auto lines = co_await iter::collect(open_lines(path));
  EXPECT_TRUE(lines == (std::vector<std::string>{line, line}));
}

EDDY_TEST(File, OperationsTakeTurnsInOrder) {
  TestDirectory dir;
  const std::string bytes = pattern(3'000'000);
  const std::string path = dir.file("a", bytes);
  chill(path);
  File file = co_await open_file(path);
  bool begun = false;
  auto first = create_task([&]() -> Task<std::string> {
    begun = true;
    co_return co_await file.read(1'500'000);
  });
  co_await until(begun);
  begun = false;
  auto second = create_task([&]() -> Task<std::string> {
    begun = true;
    co_return co_await file.read(10);
  });
  co_await until(begun);
  auto third = create_task([&]() -> Task<std::string> { co_return co_await file.read(); });
  expect_same(co_await third, bytes.substr(1'500'010));
  expect_same(co_await first + co_await second, bytes.substr(0, 1'500'010));
}

EDDY_TEST(File, WritesOfSeveralTasksDoNotMix) {
  TestDirectory dir;
  constexpr std::size_t kSize = 2'000'000;
  File file = co_await open_file(dir / "a", "w");
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    for (char c : {'a', 'b', 'c'}) {
      tg.create_task([&file, c]() -> Task<> { co_await file.write(std::string(kSize, c)); });
    }
    co_return;
  });
  const std::string all = bytes_of(dir / "a");
  CO_ASSERT_EQ(all.size(), 3 * kSize);
  for (std::size_t part = 0; part != 3; ++part) {
    EXPECT_EQ(all.find_first_not_of(all[part * kSize], part * kSize), part == 2 ? all.npos : (part + 1) * kSize);
  }
}

EDDY_TEST(File, ACancelledReadLeavesThePosition) {
  TestDirectory dir;
  const std::string bytes = pattern(8'000'000);
  const std::string path = dir.file("a", bytes);
  File file = co_await open_file(path);
  for (int rounds = 0; rounds != 20; ++rounds) {
    chill(path);
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await file.read(6'000'000); });
    for (int i = 0; i != rounds; ++i) co_await sleep(0s);
    reader.cancel();
    auto ended = co_await outcome(reader);
    EXPECT_EQ(file.tell(), ended.has_value() ? 6'000'000 : 0);
    co_await file.seek(0);
  }
  expect_same(co_await file.read(), bytes);
}

EDDY_TEST(File, ACancelledLineLosesNothing) {
  TestDirectory dir;
  std::string text;
  for (int i = 0; i != 30'000; ++i) text += "line " + std::to_string(i) + "\n";
  const std::string path = dir.file("a", text);
  chill(path);
  File file = co_await open_file(path);
  std::string all;
  for (int rounds = 0;; ++rounds) {
    auto reader = create_task([&]() -> Task<std::string> { co_return co_await file.read_line(); });
    for (int i = 0; i != rounds % 3; ++i) co_await sleep(0s);
    if (rounds % 2 == 0) reader.cancel();
    auto ended = co_await outcome(reader);
    if (!ended.has_value()) continue;
    if (ended.value().empty()) break;
    all += ended.value();
  }
  expect_same(all, text);
}

EDDY_TEST(File, ACancelledWriteHasThePositionBehindWhatItWrote) {
  TestDirectory dir;
  const std::string bytes = pattern(8'000'000);
  for (int rounds = 0; rounds != 20; ++rounds) {
    File file = co_await open_file(dir / "a", "w");
    auto writer = create_task([&]() -> Task<> { co_await file.write(bytes); });
    for (int i = 0; i != rounds; ++i) co_await sleep(0s);
    co_await cancel_and_wait(writer);
    expect_same(bytes_of(dir / "a"), bytes.substr(0, static_cast<std::size_t>(file.tell())));
  }
}

EDDY_TEST(File, OneThatGivesUpInTheLineLetsTheNextOneGo) {
  TestDirectory dir;
  const std::string bytes = pattern(3'000'000);
  const std::string path = dir.file("a", bytes);
  chill(path);
  File file = co_await open_file(path);
  auto first = create_task([&]() -> Task<std::string> { co_return co_await file.read(2'000'000); });
  co_await sleep(0s);
  auto second = create_task([&]() -> Task<std::string> { co_return co_await file.read(10); });
  co_await sleep(0s);
  auto third = create_task([&]() -> Task<std::string> { co_return co_await file.read(); });
  co_await sleep(0s);
  co_await cancel_and_wait(second);
  std::string all = co_await first;
  if (!second.cancelled()) all += co_await second;  // it had its turn before it could be told
  all += co_await third;
  expect_same(all, bytes);
}

EDDY_TEST(File, InACancelledScopeNothingBegins) {
  TestDirectory dir;
  const std::string path = dir.file("a", "abc");
  chill(path);
  File file = co_await open_file(path);
  auto task = create_task([&]() -> Task<> {
    current_task().cancel();
    co_await file.truncate(0);
  });
  auto ended = co_await outcome(task);
  EXPECT_FALSE(ended.has_value());
  EXPECT_EQ(co_await file.read(), "abc");
}

EDDY_TEST(File, ClosingEndsWhatIsUnderWay) {
  TestDirectory dir;
  const std::string path = dir.file("a", pattern(8'000'000));
  chill(path);
  File file = co_await open_file(path);
  auto reader = create_task([&]() -> Task<> { co_await file.read(); });
  auto second = create_task([&]() -> Task<> { co_await file.read(); });
  auto third = create_task([&]() -> Task<> { co_await file.read_at(4'000'000, 2'000'000); });
  co_await sleep(0s);
  file.close();
  EXPECT_FALSE(file.is_open());
  for (auto* task : {&reader, &second, &third}) {
    auto ended = co_await outcome(*task);
    EXPECT_THROW(ended.value(), ClosedError);
  }
  auto again = co_await outcome(file.write("x"));
  EXPECT_THROW(again.value(), ClosedError);
  EXPECT_THROW(static_cast<void>(file.tell()), ClosedError);
  EXPECT_EQ(file.fd(), -1);
}

EDDY_TEST(File, AcloseComesBehindWhatIsUnderWay) {
  TestDirectory dir;
  const std::string bytes = pattern(4'000'000);
  File file = co_await open_file(dir / "a", "w");
  bool begun = false;
  auto writer = create_task([&]() -> Task<> {
    begun = true;
    co_await file.write(bytes);
  });
  co_await until(begun);
  co_await file.aclose();
  EXPECT_TRUE(writer.done());
  expect_same(bytes_of(dir / "a"), bytes);
  co_await file.aclose();
  co_await writer;
  File nothing;
  co_await nothing.aclose();
}

EDDY_TEST(File, AcloseWaitsForNobodyElsewhere) {
  TestDirectory dir;
  const std::string path = dir.file("a", pattern(8'000'000));
  chill(path);
  File file = co_await open_file(path);
  auto reader = create_task([&]() -> Task<> { co_await file.read_at(1, 4'000'000); });
  co_await sleep(0s);
  co_await file.aclose();
  auto ended = co_await outcome(reader);
  if (!ended.has_value()) {
    EXPECT_THROW(ended.value(), ClosedError);
  }
}

EDDY_TEST(File, AMovedFileGoesOn) {
  TestDirectory dir;
  const std::string bytes = pattern(3'000'000);
  const std::string path = dir.file("a", bytes);
  chill(path);
  File file = co_await open_file(path);
  bool begun = false;
  auto reader = create_task([&]() -> Task<std::string> {
    begun = true;
    co_return co_await file.read(2'000'000);
  });
  co_await until(begun);
  File moved = std::move(file);
  expect_same(co_await reader + co_await moved.read(), bytes);
  auto ended = co_await outcome(file.read());  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW(ended.value(), ClosedError);
  moved = co_await open_file(path);
  EXPECT_EQ(co_await moved.read(3), bytes.substr(0, 3));
}

EDDY_TEST(File, BigFilesAtOnce) {
  TestDirectory dir;
  const std::string bytes = pattern(16'000'000);
  const auto copy = [&](int i) -> Task<> {
    const std::string path = dir / ("f" + std::to_string(i)).c_str();
    File out = co_await open_file(path, "w");
    co_await out.write(bytes);
    co_await out.aclose();
    chill(path);
    File in = co_await open_file(path);
    std::string back;
    std::vector<char> memory(100'000);
    while (const std::size_t got = co_await in.read_some(memory)) back.append(memory.data(), got);
    expect_same(back, bytes);
  };
  co_await gather(copy(1), copy(2), copy(3), copy(4));
}

EDDY_TEST(File, WithoutDescriptorsOpenFails) {
  TestDirectory dir;
  const std::string path = dir.file("a", "x");
  co_await message_of(open_file(dir / "none"), std::errc::no_such_file_or_directory);  // the pool has a thread now
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit none = before;
  none.rlim_cur = 3;
  ::setrlimit(RLIMIT_NOFILE, &none);
  const std::string message = co_await message_of(open_file(path), std::errc::too_many_files_open);
  ::setrlimit(RLIMIT_NOFILE, &before);
  expect_in(path, message);
}

TEST(File, BelongsToNoLoop) {
  TestDirectory dir;
  File file;
  run([&]() -> Task<> { file = co_await open_file(dir.file("a", "one two")); });
  std::thread([&] { run([&]() -> Task<> { EXPECT_EQ(co_await file.read(4), "one "); }); }).join();
  run([&]() -> Task<> { EXPECT_EQ(co_await file.read(), "two"); });
}

TEST(File, TheLoopEndsWithOperationsInFlight) {
  TestDirectory dir;
  const std::string path = dir.file("a", pattern(8'000'000));
  chill(path);
  run([&]() -> Task<> {
    auto background = create_task([&dir, path]() -> Task<> {
      File file = co_await open_file(path);
      File copy = co_await open_file(dir / "copy", "w");
      co_await gather(file.read(), copy.write(std::string(4'000'000, 'x')));
    });
    co_await sleep(2ms);
    static_cast<void>(background);
  });
}

}  // namespace
}  // namespace eddy

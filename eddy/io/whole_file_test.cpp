// SPDX-License-Identifier: MIT
#include "eddy/io/whole_file.h"

#include <cstring>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/io/file_errors_test.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

EDDY_TEST(WholeFile, TextGoesThereAndBack) {
  TestDirectory dir;
  co_await write_text(dir / "a", "one");
  co_await append_text(dir / "a", " two");
  EXPECT_EQ(co_await read_text(dir / "a"), "one two");
  co_await write_text(dir / "a", "");
  EXPECT_EQ(co_await read_text(dir / "a"), "");
}

EDDY_TEST(WholeFile, BytesGoThereAndBack) {
  TestDirectory dir;
  const std::vector<std::byte> bytes(3'000'000, std::byte{7});
  co_await write_bytes(dir / "a", bytes);
  EXPECT_TRUE(co_await read_bytes(dir / "a") == bytes);
}

EDDY_TEST(WholeFile, BigOnesAtOnce) {
  TestDirectory dir;
  const std::string bytes = pattern(20'000'000);
  co_await gather(write_text(dir / "a", bytes), replace_file(dir / "b", bytes));
  chill(dir / "a");
  EXPECT_TRUE(co_await read_text(dir / "a") == bytes);
  EXPECT_TRUE(co_await read_text(dir / "b") == bytes);
}

EDDY_TEST(WholeFile, FilesWithoutASize) { expect_in("Umask", co_await read_text("/proc/self/status")); }

EDDY_TEST(WholeFile, ErrorsNameThePath) {
  TestDirectory dir;
  expect_in(dir / "none", co_await message_of(read_text(dir / "none"), std::errc::no_such_file_or_directory));
  expect_in("no/a", co_await message_of(write_text(dir / "no/a", "x"), std::errc::no_such_file_or_directory));
  expect_in("/dev/full", co_await message_of(append_text("/dev/full", "x"), std::errc::no_space_on_device));
  expect_in(dir.path(), co_await message_of(read_bytes(dir.path()), std::errc::is_a_directory));
}

EDDY_TEST(ReplaceFile, KeepsPermissionsAndLinks) {
  TestDirectory dir;
  const std::string path = dir.file("a", "old");
  ::chmod(path.c_str(), 0640);
  CO_ASSERT_EQ(::symlink("a", (dir / "link").c_str()), 0);
  co_await replace_file(dir / "link", "new");
  EXPECT_EQ(bytes_of(path), "new");
  struct stat about{};
  ::stat(path.c_str(), &about);
  EXPECT_EQ(about.st_mode & 07777, 0640u);
  ::lstat((dir / "link").c_str(), &about);
  EXPECT_TRUE(S_ISLNK(about.st_mode));
}

EDDY_TEST(ReplaceFile, ANewFileHasThePermissionsOfNewFiles) {
  TestDirectory dir;
  const mode_t before = ::umask(027);
  co_await replace_file(dir / "a", "new");
  ::umask(before);
  struct stat about{};
  ::stat((dir / "a").c_str(), &about);
  EXPECT_EQ(about.st_mode & 07777, 0640u);
}

EDDY_TEST(ReplaceFile, AFailureLeavesNothingBehind) {
  TestDirectory dir;
  CO_ASSERT_EQ(::mkdir((dir / "a").c_str(), 0700), 0);
  expect_in("replace " + (dir / "a"), co_await message_of(replace_file(dir / "a", "x"), std::errc::is_a_directory));
  ::rmdir((dir / "a").c_str());
  EXPECT_TRUE(dir.empty());
}

EDDY_TEST(ReplaceFile, CancelledItIsTheOldOneOrTheNewOne) {
  TestDirectory dir;
  const std::string old = dir.file("a", "old");
  const std::string bytes = pattern(4'000'000);
  for (int rounds = 0; rounds != 10; ++rounds) {
    auto task = create_task(replace_file(old, bytes));
    for (int i = 0; i != rounds; ++i) co_await sleep(1ms);
    task.cancel();
    auto ended = co_await outcome(task);
    const bool replaced = ended.has_value();
    const std::string now = bytes_of(old);
    EXPECT_TRUE(now == bytes || (now == "old" && !replaced));
    co_await write_text(old, "old");
  }
  ::unlink(old.c_str());
  EXPECT_TRUE(dir.empty());
}

}  // namespace
}  // namespace eddy

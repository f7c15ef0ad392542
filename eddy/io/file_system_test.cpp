// SPDX-License-Identifier: MIT
#include "eddy/io/file_system.h"

#include <string>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "eddy/core/create_task.h"
#include "eddy/io/file_errors_test.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/iter/iter.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

EDDY_TEST(FileSystem, InfoSaysWhatIsThere) {
  TestDirectory dir;
  const std::string path = dir.file("a", "12345");
  ::chmod(path.c_str(), 0604);
  CO_ASSERT_EQ(::symlink("a", (dir / "link").c_str()), 0);
  const FileInfo info = co_await file_info(dir / "link");
  EXPECT_TRUE(info.is_regular());
  EXPECT_EQ(info.size, 5);
  EXPECT_EQ(info.permissions, 0604u);
  EXPECT_GT(info.modified_ns, 0);
  EXPECT_TRUE((co_await file_info(dir / "link", false)).is_symlink());
  EXPECT_TRUE((co_await file_info(dir.path())).is_directory());
  EXPECT_EQ((co_await file_info("/dev/null")).kind, FileKind::device);
  expect_in(dir / "none", co_await message_of(file_info(dir / "none"), std::errc::no_such_file_or_directory));
}

EDDY_TEST(FileSystem, ExistsIsNoSurprise) {
  TestDirectory dir;
  const std::string path = dir.file("a", "");
  EXPECT_TRUE(co_await path_exists(path));
  EXPECT_FALSE(co_await path_exists(dir / "b"));
  EXPECT_FALSE(co_await path_exists(dir / "a/b"));
}

EDDY_TEST(FileSystem, RemoveAndRename) {
  TestDirectory dir;
  const std::string path = dir.file("a", "x");
  co_await rename_path(path, dir / "b");
  co_await remove_file(dir / "b");
  EXPECT_TRUE(dir.empty());
  expect_in("remove " + (dir / "b"), co_await message_of(remove_file(dir / "b"), std::errc::no_such_file_or_directory));
  expect_in(" to " + (dir / "d"),
            co_await message_of(rename_path(dir / "c", dir / "d"), std::errc::no_such_file_or_directory));
}

EDDY_TEST(FileSystem, Directories) {
  TestDirectory dir;
  co_await make_directories(dir / "x/y/z");
  co_await make_directories(dir / "x/y/z/");
  dir.file("f", "");
  expect_in("f/g", co_await message_of(make_directories(dir / "f/g"), std::errc::not_a_directory));
  expect_in("/f", co_await message_of(make_directories(dir / "f"), std::errc::file_exists));
  expect_in("/x", co_await message_of(remove_directory(dir / "x"), std::errc::directory_not_empty));
  co_await remove_directory(dir / "x/y/z");
  EXPECT_FALSE(co_await path_exists(dir / "x/y/z"));
}

EDDY_TEST(FileSystem, ListingAndWalking) {
  TestDirectory dir;
  co_await make_directories(dir / "b/deep");
  dir.file("a", "");
  dir.file("b/deep/leaf", "");
  dir.file("c", "");
  CO_ASSERT_EQ(::symlink("..", (dir / "b/up").c_str()), 0);
  std::string names;
  for (const DirectoryEntry& entry : co_await list_directory(dir.path())) {
    names += entry.name + (entry.is_directory() ? "/ " : " ");
  }
  EXPECT_EQ(names, "a b/ c ");
  std::string paths;
  auto all = walk_directory(dir.path());
  while (auto entry = co_await all.next()) paths += entry->path.substr(dir.path().size()) + " ";
  EXPECT_EQ(paths, "/a /b /b/deep /b/deep/leaf /b/up /c ");
  auto nowhere = walk_directory(dir / "none");
  expect_in("none", co_await message_of(nowhere.next(), std::errc::no_such_file_or_directory));
  expect_in("/a", co_await message_of(list_directory(dir / "a"), std::errc::not_a_directory));
}

EDDY_TEST(FileSystem, RemoveTreeLeavesWhatLinksLeadTo) {
  TestDirectory dir;
  co_await make_directories(dir / "tree/deep");
  dir.file("kept", "x");
  dir.file("tree/deep/leaf", "x");
  CO_ASSERT_EQ(::symlink(dir.path().c_str(), (dir / "tree/deep/link").c_str()), 0);
  co_await remove_tree(dir / "tree");
  co_await remove_tree(dir / "tree");
  EXPECT_FALSE(co_await path_exists(dir / "tree"));
  EXPECT_EQ(bytes_of(dir / "kept"), "x");
}

EDDY_TEST(FileSystem, CopyKeepsBytesAndPermissions) {
  TestDirectory dir;
  const std::string bytes = pattern(20'000'000);
  const std::string path = dir.file("a", bytes);
  ::chmod(path.c_str(), 0600);
  co_await copy_file(path, dir.file("b", "old"));
  EXPECT_TRUE(bytes_of(dir / "b") == bytes);
  EXPECT_EQ((co_await file_info(dir / "b")).permissions, 0600u);
  co_await copy_file("/proc/self/status", dir / "status");
  expect_in("Umask", bytes_of(dir / "status"));
  expect_in("itself", co_await message_of(copy_file(path, path), std::errc::invalid_argument));
  expect_in("none", co_await message_of(copy_file(dir / "none", dir / "c"), std::errc::no_such_file_or_directory));
}

EDDY_TEST(FileSystem, ACancelledCopyLeavesNoHalfOne) {
  TestDirectory dir;
  const std::string path = dir.file("a", pattern(8'000'000));
  auto task = create_task(copy_file(path, dir / "b"));
  task.cancel();
  static_cast<void>((co_await outcome(task)).has_value());
  co_await remove_file(path);
  EXPECT_TRUE(dir.empty());
}

}  // namespace
}  // namespace eddy

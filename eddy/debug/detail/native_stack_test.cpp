// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/native_stack.h"

#include <gtest/gtest.h>

#include <link.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "eddy/debug/detail/elf_symbols.h"
#include "eddy/debug/detail/source_lines.h"
#include "eddy/debug/detail/stack_walk.h"

namespace eddy::debug::detail {
namespace {

constexpr auto always = [] { return true; };

[[gnu::noinline]] std::vector<std::uintptr_t> a_stack() {
  std::array<std::uintptr_t, 64> code{};
  const std::size_t count = walk_stack(nullptr, code).count;
  return {code.begin(), code.begin() + static_cast<std::ptrdiff_t>(count)};
}

TEST(NativeStackTest, NamesTheFunctionsInnermostFirst) {
  const std::string lines = frame_lines(native_frames(a_stack(), 0, always));
  const auto inner = lines.find("in eddy::debug::detail::a_stack");
  const auto outer = lines.find("NativeStackTest_NamesTheFunctionsInnermostFirst");
  ASSERT_NE(inner, std::string::npos) << lines;
  ASSERT_NE(outer, std::string::npos) << lines;
  EXPECT_LT(inner, outer);
}

TEST(NativeStackTest, GivesFilesAndLinesWhereAToolKnowsThem) {
  if (std::system("addr2line --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no addr2line here";
  const std::string lines = frame_lines(native_frames(a_stack(), 0, always));
  EXPECT_NE(lines.find("/native_stack_test.cpp:"), std::string::npos) << lines;
}

TEST(NativeStackTest, InAHurryItGivesTheNamesAlone) {
  const std::string lines = frame_lines(native_frames(a_stack(), 0, [] { return false; }));
  EXPECT_NE(lines.find("in eddy::debug::detail::a_stack\n"), std::string::npos) << lines;
}

// NOLINTNEXTLINE(misc-no-recursion)
[[gnu::noinline]] StackWalk walk_below(int depth, std::span<std::uintptr_t> into) {
  if (depth == 0) return walk_stack(nullptr, into);
  StackWalk walk = walk_below(depth - 1, into);
  ++walk.count;  // so that the call is no tail call
  --walk.count;
  asm volatile("" ::: "memory");
  return walk;
}

TEST(NativeStackTest, OfADeepStackTheInnermostAndTheOutermostRemain) {
  std::array<std::uintptr_t, 20> some{};
  std::array<std::uintptr_t, 2000> all{};
  const StackWalk shallow = walk_below(1000, all);
  const StackWalk deep = walk_below(1000, some);
  EXPECT_EQ(shallow.left_out, 0U);
  EXPECT_EQ(deep.count, some.size());
  EXPECT_EQ(deep.count + deep.left_out, shallow.count);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(some[19 - i], all[shallow.count - 1 - i]) << i;
  const std::string lines = frame_lines(native_frames({some.begin(), some.end()}, deep.left_out, always));
  EXPECT_NE(lines.find("\n    … and " + std::to_string(deep.left_out) + " more, then\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("main"), std::string::npos) << lines;
}

/// Holds the lock of dl_iterate_phdr until it is let go, or has waited in vain.
struct LoaderLock {
  std::atomic<bool> held{false};
  std::atomic<bool> let_go{false};
  bool gave_up = false;

  static int hold(dl_phdr_info*, std::size_t, void* data) {
    auto& lock = *static_cast<LoaderLock*>(data);
    lock.held = true;
    for (int i = 0; i < 5000 && !lock.let_go; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lock.gave_up = !lock.let_go;
    return 1;
  }
};

TEST(NativeStackTest, NeedsNoLockThatAForkMayLeaveLocked) {
#if !__GLIBC_PREREQ(2, 35)
  GTEST_SKIP() << "this C library has no other way";
#endif
  LoaderLock lock;
  std::thread loader([&] { ::dl_iterate_phdr(LoaderLock::hold, &lock); });
  while (!lock.held) std::this_thread::yield();
  const std::string lines = frame_lines(native_frames(a_stack(), 0, [] { return false; }));
  lock.let_go = true;
  loader.join();
  EXPECT_FALSE(lock.gave_up);
  EXPECT_NE(lines.find("in eddy::debug::detail::a_stack\n"), std::string::npos) << lines;
}

TEST(NativeStackTest, AnAddressInNothingIsShownAsSuch) {
  EXPECT_EQ(frame_lines(native_frames({0x10}, 0, always)), "\n    in 0x10 in ");
}

TEST(NativeStackTest, ThePlaceIsTheProgramsOwn) {
  const std::vector<NativeFrame> frames = {{"nanosleep", "", 0, true, 0},
                                           {"std::this_thread::sleep_for", "/usr/include/thread", 80, true, 0},
                                           {"app::crunch", "/src/app.cpp", 40, false, 0},
                                           {"app::main_task", "/src/app.cpp", 50, false, 0}};
  EXPECT_EQ(place_text(frames), "at app.cpp:40 in app::crunch");
  EXPECT_EQ(place_text({{"crunch", "", 0, false, 0}}), "in crunch");
  EXPECT_EQ(place_text({{"nanosleep", "", 0, true, 0}}), "");
}

TEST(SourceLinesTest, ReadsWhatTheToolPrints) {
  const auto lines = parse_source_lines(
      "0x0000000000001139\ninlined\n/src/app.cpp:7 (discriminator 2)\ncrunch(int)\n/src/app.cpp:40\n0x2000\n??\n??:?\n"
      "0x3000\nmain\n??:0\n");
  ASSERT_EQ(lines.size(), 3U);
  ASSERT_EQ(lines[0].size(), 2U);
  EXPECT_EQ(lines[0][0].function, "inlined");
  EXPECT_EQ(lines[0][0].file, "/src/app.cpp");
  EXPECT_EQ(lines[0][0].line, 7);
  EXPECT_EQ(lines[0][1].function, "crunch(int)");
  EXPECT_EQ(lines[0][1].line, 40);
  EXPECT_EQ(lines[1][0].function, "");
  EXPECT_EQ(lines[1][0].file, "");
  EXPECT_EQ(lines[2][0].function, "main");
  EXPECT_EQ(lines[2][0].line, 0);
}

TEST(SourceLinesTest, CutOffTextIsNoHarm) {
  EXPECT_TRUE(parse_source_lines("").empty());
  EXPECT_EQ(parse_source_lines("0x1\nmain").size(), 1U);
  EXPECT_TRUE(parse_source_lines("what?\n").empty());
}

TEST(SourceLinesTest, AFileThatIsNotThereHasNone) {
  const auto lines = source_lines("/no/such/file", {1, 2}, always);
  ASSERT_EQ(lines.size(), 2U);
  for (const auto& of_one : lines) {
    for (const SourceLine& line : of_one) EXPECT_EQ(line.line, 0);
  }
}

TEST(ElfSymbolsTest, WhatIsNoProgramHasNoFunctions) {
  EXPECT_EQ(ElfSymbols("/no/such/file").find(1), "");
  EXPECT_EQ(ElfSymbols("/proc/self/cmdline").find(1), "");
}

// Every byte in turn is another one: nothing that is found, or not, may lead out of the file.
TEST(ElfSymbolsTest, ADamagedFileIsNoHarm) {
  const auto path = std::filesystem::temp_directory_path() / ("eddy-elf-" + std::to_string(::getpid()));
  std::string head(2048, '\0');
  std::ifstream("/proc/self/exe", std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
  for (std::size_t i = 0; i < 64; ++i) {
    std::string damaged = head;
    damaged[i] = static_cast<char>(~damaged[i]);
    std::ofstream(path, std::ios::binary) << damaged;
    EXPECT_EQ(ElfSymbols(path).find(0x1234), "");
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace eddy::debug::detail

// SPDX-License-Identifier: MIT
#include "eddy/core/detail/listed_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/sanitizers.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"

namespace eddy::detail {
namespace {

/// Reads what debuggers read, the way they do.
std::uint32_t layout(std::string_view name) {
  for (const DebugLayout::Entry* entry = debug_root.layout; entry->name[0] != '\0'; ++entry) {
    if (name == entry->name) return entry->value;
  }
  ADD_FAILURE() << "no " << name << " in the table";
  return 0;
}

template <class T>
T* pointer_at(const void* object, std::string_view field) {
  return *reinterpret_cast<T* const*>(static_cast<const char*>(object) + layout(field));
}

std::vector<const Loop*> listed() {
  std::vector<const Loop*> loops;
  for (const ListedLoop* at = debug_root.loops; at; at = pointer_at<ListedLoop>(at, "ListedLoop.next")) {
    loops.push_back(pointer_at<Loop>(at, "ListedLoop.loop"));
  }
  return loops;
}

TEST(ListedLoopTest, ALoopIsListedAsLongAsItLives) {
  const std::vector<const Loop*> before = listed();
  {
    Loop first;
    Loop second;
    EXPECT_EQ(listed().size(), before.size() + 2);
    EXPECT_EQ(std::ranges::count(listed(), &first), 1);
    EXPECT_EQ(std::ranges::count(listed(), &second), 1);
  }
  EXPECT_EQ(listed(), before);
}

TEST(ListedLoopTest, LoopsGoInAnyOrder) {
  Loop* loops[] = {new Loop, new Loop, new Loop};
  for (int gone : {1, 2, 0}) {
    delete loops[gone];
    EXPECT_EQ(std::ranges::count(listed(), loops[gone]), 0);
  }
}

TEST(ListedLoopTest, ThreadsMakeAndDestroyLoopsAtTheSameTime) {
  const std::vector<const Loop*> before = listed();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 50; ++round) (void)Loop();
    });
  }
  threads.clear();
  EXPECT_EQ(listed(), before);
}

/// What is wrong with the list in a child, as its exit status.
int look_in_the_child(const Loop& own) {
  if (listed() != std::vector{&own}) return 1;
  for (int i = 0; i < 4; ++i) std::thread([] { (void)Loop(); }).join();  // where the loop was that is not here
  return listed() == std::vector{&own} ? 0 : 2;
}

TEST(ListedLoopTest, AForkLeavesItsOwnThreadsLoops) {
  if (kThreadSanitizer) GTEST_SKIP() << "TSan does not let a fork's child start threads";
  const Loop own;
  std::latch made(1);
  std::latch over(1);
  std::jthread other([&] {
    const Loop loop;
    made.count_down();
    over.wait();
  });
  made.wait();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(look_in_the_child(own));
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(listed().size(), 2U);
  over.count_down();
}

const void* entered(const Loop& loop) { return pointer_at<const void>(&loop, "Loop.entered"); }

[[gnu::noinline]] void expect_below(const void* stack) { EXPECT_GT(stack, __builtin_frame_address(0)); }

TEST(ListedLoopTest, TheRunInProgressTellsItsThread) {
  Loop loop;
  EXPECT_EQ(entered(loop), nullptr);
  loop.call_soon([&, above = __builtin_frame_address(0)] {
    const auto* stack = pointer_at<const void>(entered(loop), "Entered.stack");
    EXPECT_LT(stack, above);
    expect_below(stack);
    EXPECT_EQ(pointer_at<Running>(entered(loop), "Entered.here"), &running);
    loop.stop();
  });
  loop.run_forever();
  EXPECT_EQ(entered(loop), nullptr);
}

TEST(DebugLayoutTest, NamesAreDifferentAndThereIsAnEnd) {
  std::vector<std::string_view> names;
  for (const DebugLayout::Entry* entry = debug_root.layout; entry->name[0] != '\0'; ++entry) {
    ASSERT_LT(names.size(), 500u);  // what the debugger's side reads at most
    EXPECT_EQ(entry->name[sizeof entry->name - 1], '\0') << entry->name;
    names.emplace_back(entry->name);
  }
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

#include <cstdint>

#include "eddy/base/function_ref.h"

namespace eddy {
class Loop;

namespace detail {

struct DebugLayout;
void for_each_loop(FunctionRef<void(Loop&)> f);

/// A loop's entry in the list of all loops of the process, which debuggers read (tools/gdb): a loop that runs on no
/// thread just now, or whose thread they cannot ask, would not be found otherwise.
///
/// A member of the loop, listed as long as it lives. Any thread may make and destroy loops. In a fork's child those of
/// the thread that forked are left: the others lie where the child may put something else, such as a new thread's
/// stack.
class ListedLoop {
 public:
  explicit ListedLoop(Loop& of) noexcept;
  ListedLoop(const ListedLoop&) = delete;
  ListedLoop& operator=(const ListedLoop&) = delete;
  ~ListedLoop();

 private:
  friend DebugLayout;
  friend void for_each_loop(FunctionRef<void(Loop&)> f);
  static void in_the_child() noexcept;
  void unlist() noexcept;

  Loop& loop_;
  ListedLoop* next_;
  ListedLoop* prev_ = nullptr;
  const ::pthread_t maker_;
  bool listed_ = true;
};

/// Where a debugger finds what, by name, as bytes from the beginning or as the value of a flag. In the program's
/// memory, so that release builds without debug information, and their core files, can be looked into.
struct DebugLayout {
  struct Entry {
    char name[28];
    std::uint32_t value;
  };
  static const Entry entries[];  ///< the last one's name is empty
};

/// Where a debugger begins.
struct DebugRoot {
  ListedLoop* loops;
  const DebugLayout::Entry* layout;
};
extern DebugRoot debug_root;

}  // namespace detail
}  // namespace eddy

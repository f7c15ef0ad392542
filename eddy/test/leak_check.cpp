// SPDX-License-Identifier: MIT
#include "eddy/test/leak_check.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "eddy/core/frame_memory.h"

namespace eddy::test {
namespace {

std::set<int> open_descriptors() {
  std::set<int> open;
  DIR* folder = opendir("/proc/self/fd");
  if (!folder) return open;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') open.insert(std::atoi(entry->d_name));
  }
  open.erase(dirfd(folder));
  closedir(folder);
  return open;
}

std::string what_is(int descriptor) {
  char target[256];
  ssize_t length = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), target, sizeof target);
  return length < 0 ? "?" : std::string(target, static_cast<std::size_t>(length));
}

}  // namespace

LeakCheck::LeakCheck(const Options& options, std::source_location where)
    : enabled_(!options.allow_leaks()), where_(where) {
  if (!enabled_) return;
  frames_ = frame_stats().live;
  descriptors_ = open_descriptors();
}

LeakCheck::~LeakCheck() {
  if (!enabled_) return;
  auto fail = [this](const std::string& message) {
    ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line())) << message;
  };
  if (std::uint64_t frames = frame_stats().live; frames > frames_) {
    fail(std::to_string(frames - frames_) +
         " coroutine frame(s) or task state(s) are left (does a Task or TaskHandle live on?)");
  }
  for (int descriptor : open_descriptors()) {
    if (descriptors_.contains(descriptor)) continue;
    fail("file descriptor " + std::to_string(descriptor) + " is left open: " + what_is(descriptor));
  }
}

}  // namespace eddy::test

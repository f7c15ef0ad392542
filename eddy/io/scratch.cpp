// SPDX-License-Identifier: MIT
#include "eddy/io/scratch.h"

#include <memory>

namespace eddy::detail {

std::span<char, kScratchBytes> scratch() {
  // On the heap: a thread's static storage is small, and dear in programs of many threads.
  static thread_local const std::unique_ptr<char[]> memory(new char[kScratchBytes]);
  return std::span<char, kScratchBytes>(memory.get(), kScratchBytes);
}

}  // namespace eddy::detail

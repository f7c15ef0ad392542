// SPDX-License-Identifier: MIT
#include "eddy/sys/entropy.h"

#include <gtest/gtest.h>

namespace {

TEST(Entropy, IsAnotherNumberEachTime) {
  std::uint64_t first = eddy::sys::entropy();
  EXPECT_NE(first, eddy::sys::entropy());
}

}  // namespace

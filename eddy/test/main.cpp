// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "eddy/test/findings.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  eddy::test::fail_on_printed_findings();
  return RUN_ALL_TESTS();
}

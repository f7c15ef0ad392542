// SPDX-License-Identifier: MIT
#include "eddy/test/findings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "eddy/core/run.h"
#include "eddy/test/failures_of.h"
#include "eddy/test/run.h"

namespace eddy::test {
namespace {

Task<> nothing() { co_return; }
Task<> forgets() {
  {
    auto lost = nothing();
  }
  co_return;
}

TEST(FindingsTest, WhatIsPrintedFailsTheTest) {
  testing::internal::CaptureStderr();
  const auto failures = failures_of([] { eddy::run(forgets, RunOptions().debug(true)); });
  testing::internal::GetCapturedStderr();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures[0].find("coroutine 'eddy::test::nothing'"), std::string::npos) << failures[0];
}

TEST(FindingsTest, WhatAHandlerReceivesDoesNot) {
  int received = 0;
  eddy::run(
      [&]() -> Task<> {
        get_running_loop().set_exception_handler(
            [&](Loop&, const ErrorContext& context) { received += context.kind == ErrorKind::never_awaited ? 1 : 0; });
        return forgets();
      },
      RunOptions().debug(true));
  EXPECT_EQ(received, 1);
}

TEST(FindingsTest, InATestTheyAreLostErrors) {
  const auto failures = failures_of([] { run(forgets, Options{}.debug(true)); });
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures[0].find("was never awaited"), std::string::npos) << failures[0];
}

TEST(FindingsTest, WithoutDebugModeNothingIsFound) {
  EXPECT_TRUE(failures_of([] { run(forgets, Options{}.debug(false)); }).empty());
}

}  // namespace
}  // namespace eddy::test

// SPDX-License-Identifier: MIT
#include "eddy/core/error_print.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <source_location>
#include <stdexcept>
#include <string>

#include "eddy/core/run.h"

namespace eddy::detail {
namespace {

const std::source_location here = std::source_location::current();
const std::string here_text = std::string(here.file_name()) + ":" + std::to_string(here.line());

ErrorContext finding() { return {ErrorKind::never_awaited, "coroutine 'f' was never awaited", here}; }

TEST(ErrorPrintTest, IsPlainTextUnlessColoured) {
  EXPECT_EQ(error_text(finding(), false), "eddy: coroutine 'f' was never awaited\n");
}

TEST(ErrorPrintTest, ColouredItBeginsWithThePlace) {
  EXPECT_EQ(error_text(finding(), true),
            "\x1b[1m" + here_text + "\x1b[0m: \x1b[33meddy: coroutine 'f' was never awaited\x1b[0m\n");
}

TEST(ErrorPrintTest, ErrorsAreRedAndNameNoPlaceIfTheyHaveNone) {
  const ErrorContext context("exception in callback", std::make_exception_ptr(std::runtime_error("full")));
  EXPECT_EQ(error_text(context, true), "\x1b[31meddy: exception in callback\x1b[0m: std::runtime_error: full\n");
  EXPECT_EQ(error_text(context, false), "eddy: exception in callback: std::runtime_error: full\n");
}

TEST(ErrorPrintTest, OnlyTheFirstLineIsColoured) {
  const ErrorContext context(ErrorKind::blocked, "it blocks\n    in f");
  EXPECT_EQ(error_text(context, true), "\x1b[33meddy: it blocks\x1b[0m\n    in f\n");
}

Task<> forgotten() { co_return; }

Task<> forgets() {
  {
    auto lost = forgotten();
  }
  co_return;
}

// Standard error is a file here, as in a service.
TEST(ErrorPrintTest, WhatIsNoTerminalGetsPlainText) {
  const PrintWatch before = watch_printed_errors(nullptr);
  testing::internal::CaptureStderr();
  run(forgets, RunOptions().debug(true));
  const std::string printed = testing::internal::GetCapturedStderr();
  watch_printed_errors(before);
  EXPECT_EQ(printed.find("eddy: coroutine 'eddy::detail::forgotten' (error_print_test.cpp:"), 0U) << printed;
  EXPECT_EQ(printed.find('\x1b'), std::string::npos) << printed;
}

}  // namespace
}  // namespace eddy::detail

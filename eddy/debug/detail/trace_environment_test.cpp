// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_environment.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "eddy/core/run.h"
#include "eddy/debug/trace_file_test.h"
#include "eddy/time/sleep.h"

namespace eddy::debug::detail {
namespace {

using test_detail::TraceFile;

std::size_t naps_in(const std::string& path) { return TraceFile(path).count("X", "await Sleep"); }

void nap_in_two_loops() {
  Loop outer;
  trace_from_environment(outer);
  trace_from_environment(outer);
  {
    Loop inner;
    trace_from_environment(inner);
    inner.run_until_complete(sleep(std::chrono::milliseconds(1)));
  }
  outer.run_until_complete(sleep(std::chrono::milliseconds(1)));
}

TEST(TraceFromEnvironmentTest, LoopsOfATimeShareAFileAndLaterOnesGetTheNext) {
  const std::string stem = testing::TempDir() + "eddy_trace_env_" + std::to_string(::getpid());
  ::setenv("EDDY_TRACE", (stem + ".json").c_str(), 1);
  nap_in_two_loops();
  nap_in_two_loops();
  ::unsetenv("EDDY_TRACE");
  EXPECT_EQ(naps_in(stem + ".json"), 2u);
  EXPECT_EQ(naps_in(stem + ".2.json"), 2u);
  std::filesystem::remove(stem + ".json");
  std::filesystem::remove(stem + ".2.json");
}

TEST(TraceFromEnvironmentTest, NothingIsWrittenUnasked) {
  ::unsetenv("EDDY_TRACE");
  Loop loop;
  trace_from_environment(loop);
  loop.run_until_complete(sleep(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace eddy::debug::detail

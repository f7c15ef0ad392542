// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <source_location>

#include "eddy/core/task.h"
#include "eddy/test/leak_check.h"
#include "eddy/test/options.h"

namespace eddy::test {

/// The base of fixtures for `EDDY_TEST_F`: GoogleTest's, with a set-up and a tear-down that may await.
///
/// Both run on the loop of the test, as tasks of their own. The tear-down runs whatever happened to the body and to
/// the set-up: they failed, threw, deadlocked. With several seeds, set-up, body and tear-down run once for each, on the
/// same fixture object: initialise in SetUpAsync what a run changes. Its own members may keep handles and descriptors;
/// what is left is counted when it is destroyed.
class Fixture : public ::testing::Test {
 public:
  virtual Task<> SetUpAsync();
  virtual Task<> TearDownAsync();

 protected:
  Fixture() = default;

 private:
  LeakCheck leaks_;  // a base's member outlives those of the fixture
};

namespace detail {

/// Runs the body of an EDDY_TEST once, or once for each seed that the environment asks for.
void run_test(Fixture& fixture, const std::function<Task<>()>& body, const Options& options,
              std::source_location where);

}  // namespace detail
}  // namespace eddy::test

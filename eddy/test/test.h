// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include "eddy/core/task.h"
#include "eddy/test/all_blocked.h"
#include "eddy/test/assertions.h"
#include "eddy/test/counters.h"
#include "eddy/test/deadlock.h"
#include "eddy/test/fixture.h"
#include "eddy/test/options.h"
#include "eddy/test/run.h"
#include "eddy/test/sequencer.h"

/// A GoogleTest test whose body is a coroutine, a `Task<>` on a virtual clock:
///
///     EDDY_TEST(Fetch, RetriesTwice) {
///       CO_ASSERT_EQ(co_await flaky(), 42);
///     }
///     EDDY_TEST(Pool, UsesThreads, eddy::test::Options{}.real_time(true)) { … }
///
/// Asserts are the `CO_ASSERT_…`; `EXPECT_…` are GoogleTest's. A body without any `co_await` ends in `co_return;`.
/// It fails on a deadlock, and if it leaves tasks, timers, frames or descriptors behind, or loses an error; see
/// `Options` and `lost_errors`. EDDY_TEST_SEEDS=100 runs it in 100 interleavings, EDDY_TEST_SEED=7 in the seventh.
#define EDDY_TEST(suite, name, ...) \
  EDDY_TEST_(suite, name, ::eddy::test::Fixture, ::testing::internal::GetTestTypeId() __VA_OPT__(, ) __VA_ARGS__)

/// The same with a fixture, derived from `eddy::test::Fixture`, whose members the body uses.
#define EDDY_TEST_F(fixture, name, ...) \
  EDDY_TEST_(fixture, name, fixture, ::testing::internal::GetTypeId<fixture>() __VA_OPT__(, ) __VA_ARGS__)

#define EDDY_TEST_(suite, name, parent, type_id, ...)                                                           \
  class suite##_##name##_Coroutine : public parent {                                                            \
   protected:                                                                                                   \
    ::eddy::Task<> Body();                                                                                      \
  };                                                                                                            \
  GTEST_TEST_(suite, name, suite##_##name##_Coroutine, type_id) {                                               \
    static constexpr auto options = ::eddy::test::Options(__VA_ARGS__);                                         \
    ::eddy::test::detail::run_test(*this, [this] { return Body(); }, options, std::source_location::current()); \
  }                                                                                                             \
  ::eddy::Task<> suite##_##name##_Coroutine::Body()

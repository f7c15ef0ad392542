// SPDX-License-Identifier: MIT
//
// GoogleTest's ASSERT_… leave a function by `return`, which a coroutine cannot. These leave a coroutine that returns
// Task<> by `co_return`; they take messages like the originals: `CO_ASSERT_EQ(co_await get(), 42) << "after restart"`.
//
// GoogleTest's own EXPECT_… work in coroutines as they are, `co_await` inside included, also with GCC 12: the condition
// they put an await into declares a variable, and the temporaries they make are of types with constructors.
#pragma once

#include <gtest/gtest.h>

#define EDDY_CO_FATAL_(message) co_return GTEST_MESSAGE_(message, ::testing::TestPartResult::kFatalFailure)

#define CO_ASSERT_TRUE(condition) GTEST_TEST_BOOLEAN_(condition, #condition, false, true, EDDY_CO_FATAL_)
#define CO_ASSERT_FALSE(condition) GTEST_TEST_BOOLEAN_(!(condition), #condition, true, false, EDDY_CO_FATAL_)

#define CO_ASSERT_EQ(a, b) GTEST_PRED_FORMAT2_(::testing::internal::EqHelper::Compare, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_NE(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperNE, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_LT(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperLT, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_LE(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperLE, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_GT(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperGT, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_GE(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperGE, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_STREQ(a, b) GTEST_PRED_FORMAT2_(::testing::internal::CmpHelperSTREQ, a, b, EDDY_CO_FATAL_)
#define CO_ASSERT_NEAR(a, b, error) \
  GTEST_PRED_FORMAT3_(::testing::internal::DoubleNearPredFormat, a, b, error, EDDY_CO_FATAL_)

#define CO_ASSERT_THROW(statement, exception) GTEST_TEST_THROW_(statement, exception, EDDY_CO_FATAL_)
#define CO_ASSERT_NO_THROW(statement) GTEST_TEST_NO_THROW_(statement, EDDY_CO_FATAL_)

/// Fails and leaves; leaves as skipped.
#define CO_FAIL() EDDY_CO_FATAL_("Failed")
#define CO_SKIP() co_return GTEST_MESSAGE_("", ::testing::TestPartResult::kSkip)

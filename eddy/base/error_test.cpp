// SPDX-License-Identifier: MIT
#include "eddy/base/error.h"

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace eddy {
namespace {

template <class E>
std::exception_ptr error(E e) {
  return std::make_exception_ptr(std::move(e));
}

struct NoStandardError {};

TEST(DescribeTest, NamesTheTypeAndWhatItSays) {
  EXPECT_EQ(describe(error(std::out_of_range("too far"))), "std::out_of_range: too far");
  EXPECT_EQ(describe(error(RuntimeError("misused"))), "eddy::RuntimeError: misused");
  EXPECT_EQ(describe(error(TimeoutError("timed out"))), "eddy::TimeoutError: timed out");
}

TEST(DescribeTest, NamesTheTypeOfWhatIsNoStandardError) {
  EXPECT_EQ(describe(error(5)), "int");
  EXPECT_NE(describe(error(NoStandardError())).find("NoStandardError"), std::string::npos);
  EXPECT_EQ(describe(error(Cancelled("why"))), "eddy::Cancelled");
}

TEST(DescribeTest, OfNothingIsNoError) { EXPECT_EQ(describe(nullptr), "no error"); }

TEST(ErrorTest, CancelledIsNoStandardException) {
  static_assert(!std::is_base_of_v<std::exception, Cancelled>);
  EXPECT_EQ(Cancelled("why").reason(), "why");
  EXPECT_EQ(Cancelled().reason(), "");
}

TEST(ErrorTest, TheOthersAreStandardErrors) {
  static_assert(std::is_base_of_v<std::runtime_error, RuntimeError>);
  static_assert(std::is_base_of_v<RuntimeError, InvalidStateError>);
  static_assert(std::is_base_of_v<std::runtime_error, TimeoutError>);
  static_assert(std::is_base_of_v<std::runtime_error, TaskCancelled>);
  static_assert(!std::is_base_of_v<RuntimeError, TimeoutError>);  // not a misuse
}

TEST(ErrorTest, ATimeoutErrorRemembersItsScope) {
  int scope = 0;
  EXPECT_EQ(TimeoutError("x", &scope).scope(), &scope);
  EXPECT_EQ(TimeoutError("x").scope(), nullptr);
}

}  // namespace
}  // namespace eddy

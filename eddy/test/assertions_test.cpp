// SPDX-License-Identifier: MIT
#include "eddy/test/assertions.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/test/failures_of.h"
#include "eddy/test/run.h"
#include "eddy/time/sleep.h"

namespace eddy::test {
namespace {

Task<int> answer() {
  co_await checkpoint();
  co_return 42;
}
Task<bool> yes() {
  co_await checkpoint();
  co_return true;
}
Task<std::string> text() {
  co_await checkpoint();
  co_return std::string(50, 'x');  // on the heap: destroyed once too often or too rarely, it shows
}
Task<> boom() {
  co_await checkpoint();
  throw std::runtime_error("boom");
}

// Each shape is a coroutine of its own, without variables: that is where GCC 12 loses bodies (G1).
Task<> expect_eq(int& reached) {
  EXPECT_EQ(co_await answer(), 42);
  ++reached;
}
Task<> expect_true(int& reached) {
  EXPECT_TRUE(co_await yes());
  ++reached;
}
Task<> expect_strings(int& reached) {
  EXPECT_EQ(co_await text(), co_await text()) << co_await text();
  ++reached;
}
Task<> expect_throw(int& reached) {
  EXPECT_THROW(co_await boom(), std::runtime_error);
  ++reached;
}
Task<> assert_eq(int& reached) {
  CO_ASSERT_EQ(co_await answer(), 42);
  ++reached;
}
Task<> assert_true(int& reached) {
  CO_ASSERT_TRUE(co_await yes());
  ++reached;
}
Task<> assert_false(int& reached) {
  CO_ASSERT_FALSE(!co_await yes()) << "message " << co_await answer();
  ++reached;
}
Task<> assert_strings(int& reached) {
  CO_ASSERT_EQ(co_await text(), co_await text()) << co_await text();
  ++reached;
}
Task<> assert_orders(int& reached) {
  CO_ASSERT_LT(co_await answer(), 43);
  CO_ASSERT_LE(co_await answer(), 42);
  CO_ASSERT_GT(co_await answer(), 41);
  CO_ASSERT_GE(co_await answer(), 42);
  CO_ASSERT_NE(co_await answer(), 41);
  CO_ASSERT_NEAR(co_await answer(), 42.01, 0.1);
  CO_ASSERT_STREQ((co_await text()).c_str(), std::string(50, 'x').c_str());
  ++reached;
}
Task<> assert_throw(int& reached) {
  CO_ASSERT_THROW(co_await boom(), std::runtime_error);
  CO_ASSERT_NO_THROW(co_await answer());
  ++reached;
}
Task<> assert_in_a_loop(int& reached) {
  for (int i = 0; i < 3; ++i) CO_ASSERT_EQ(co_await answer(), 42) << i;
  ++reached;
}
Task<> assert_pointers(int& reached) {
  std::unique_ptr<int> none;
  CO_ASSERT_EQ(none, nullptr);
  CO_ASSERT_FALSE(none);
  ++reached;
}

TEST(AssertionsTest, WhatHoldsLetsTheCoroutineGoOn) {
  for (auto shape : {expect_eq, expect_true, expect_strings, expect_throw, assert_eq, assert_true, assert_false,
                     assert_strings, assert_orders, assert_throw, assert_in_a_loop, assert_pointers}) {
    int reached = 0;
    run([&] { return shape(reached); });
    EXPECT_EQ(reached, 1);
  }
}

Task<> fails_eq(int& reached) {
  CO_ASSERT_EQ(co_await answer(), 41) << "the message";
  ++reached;
}
Task<> fails_true(int& reached) {
  CO_ASSERT_TRUE(!co_await yes()) << "the message";
  ++reached;
}
Task<> fails_strings(int& reached) {
  CO_ASSERT_NE(co_await text(), co_await text()) << "the message";
  ++reached;
}
Task<> fails_throw(int& reached) {
  CO_ASSERT_THROW(co_await answer(), std::runtime_error) << "the message";
  ++reached;
}
Task<> fails_no_throw(int& reached) {
  CO_ASSERT_NO_THROW(co_await boom()) << "the message";
  ++reached;
}
Task<> fails(int& reached) {
  co_await checkpoint();
  CO_FAIL() << "the message";
  ++reached;
}

TEST(AssertionsTest, WhatDoesNotHoldFailsAndLeaves) {
  for (auto shape : {fails_eq, fails_true, fails_strings, fails_throw, fails_no_throw, fails}) {
    int reached = 0;
    auto failures = failures_of([&] { run([&] { return shape(reached); }); });
    ASSERT_EQ(failures.size(), 1u);
    EXPECT_NE(failures[0].find("the message"), std::string::npos);
    EXPECT_EQ(reached, 0);
  }
}

}  // namespace
}  // namespace eddy::test

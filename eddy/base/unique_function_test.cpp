// SPDX-License-Identifier: MIT
#include "eddy/base/unique_function.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "eddy/base/function_ref.h"
#include "eddy/base/invoke.h"
#include "eddy/base/owned.h"

namespace eddy {
namespace {

int twice(int n) { return 2 * n; }

TEST(UniqueFunctionTest, CallsWhatItHolds) {
  UniqueFunction<int(int)> function = [](int n) { return n + 1; };
  EXPECT_EQ(function(1), 2);
  function = twice;
  EXPECT_EQ(function(4), 8);
}

TEST(UniqueFunctionTest, IsEmptyByDefaultFromNullAndAfterAMove) {
  UniqueFunction<void()> by_default;
  UniqueFunction<void()> from_null = nullptr;
  UniqueFunction<void()> source = [] {};
  EXPECT_TRUE(source);
  UniqueFunction<void()> target = std::move(source);
  EXPECT_FALSE(by_default);
  EXPECT_FALSE(from_null);
  EXPECT_FALSE(source);  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_TRUE(target);
}

TEST(UniqueFunctionTest, HoldsWhatCannotBeCopied) {
  UniqueFunction<int()> function = [p = std::make_unique<int>(3)] { return *p; };
  auto moved = std::move(function);
  EXPECT_EQ(moved(), 3);
}

TEST(UniqueFunctionTest, KeepsState) {
  UniqueFunction<int()> count = [n = 0]() mutable { return ++n; };
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(count(), 2);
}

TEST(UniqueFunctionTest, DestroysWhatItHoldsOnAssignmentAndAtItsEnd) {
  auto first = std::make_shared<int>(1);
  auto second = std::make_shared<int>(2);
  {
    UniqueFunction<void()> function = [first] {};
    EXPECT_EQ(first.use_count(), 2);
    function = [second] {};
    EXPECT_EQ(first.use_count(), 1);
    EXPECT_EQ(second.use_count(), 2);
  }
  EXPECT_EQ(second.use_count(), 1);
}

TEST(UniqueFunctionTest, PassesReferencesAndMoveOnlyArguments) {
  UniqueFunction<int(int&, std::unique_ptr<int>)> add = [](int& a, std::unique_ptr<int> b) { return a += *b; };
  int a = 1;
  EXPECT_EQ(add(a, std::make_unique<int>(2)), 3);
  EXPECT_EQ(a, 3);
}

TEST(UniqueFunctionTest, ReturnsReferencesAndMoveOnlyResults) {
  int n = 1;
  UniqueFunction<int&()> reference = [&]() -> int& { return n; };
  EXPECT_EQ(&reference(), &n);
  UniqueFunction<std::unique_ptr<int>()> owner = [] { return std::make_unique<int>(2); };
  EXPECT_EQ(*owner(), 2);
}

TEST(UniqueFunctionTest, LetsExceptionsThrough) {
  UniqueFunction<void()> fail = [] { throw std::runtime_error("out"); };
  EXPECT_THROW(fail(), std::runtime_error);
}

TEST(UniqueFunctionTest, TakesOnlyWhatFits) {
  static_assert(std::is_constructible_v<UniqueFunction<int(int)>, int (*)(int)>);
  static_assert(!std::is_constructible_v<UniqueFunction<int(int)>, int (*)(std::string)>);
  static_assert(!std::is_copy_constructible_v<UniqueFunction<int(int)>>);
}

TEST(FunctionRefTest, CallsTheVeryObject) {
  int calls = 0;
  auto count = [&calls](int by) { return calls += by; };
  FunctionRef<int(int)> ref = count;
  EXPECT_EQ(ref(2), 2);
  FunctionRef<int(int)> copy = ref;
  EXPECT_EQ(copy(3), 5);
  EXPECT_EQ(calls, 5);
}

TEST(OwnedTest, DeletesWhatItHoldsOnce) {
  struct Base {
    virtual ~Base() = default;
  };
  struct Derived : Base {
    explicit Derived(int& n) : deleted(n) {}
    ~Derived() override { ++deleted; }
    int& deleted;
  };
  int deleted = 0;
  {
    Owned<Base> a = make_owned<Derived>(deleted);
    Owned<Base> b = std::move(a);
    EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): on purpose
    EXPECT_TRUE(b);
    b = Owned<Base>();
    EXPECT_EQ(deleted, 1);
    Owned<Base> c = make_owned<Derived>(deleted);
    delete c.release();
  }
  EXPECT_EQ(deleted, 2);
}

struct Point {
  int x = 3;
  int plus(int n) const { return x + n; }
};

TEST(InvokeTest, CallsFunctionsClosuresAndMembers) {
  Point point;
  auto shared = std::make_shared<Point>();
  EXPECT_EQ(detail::invoke(twice, 4), 8);
  EXPECT_EQ(detail::invoke([](int n) { return n; }, 5), 5);
  EXPECT_EQ(detail::invoke(&Point::plus, point, 1), 4);
  EXPECT_EQ(detail::invoke(&Point::plus, &point, 2), 5);
  EXPECT_EQ(detail::invoke(&Point::plus, std::ref(point), 3), 6);
  EXPECT_EQ(detail::invoke(&Point::plus, shared, 4), 7);
  EXPECT_EQ(detail::invoke(&Point::x, point), 3);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/base/exception_group.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace eddy {
namespace {

struct ValueError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct IOError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct DiskError : IOError {
  using IOError::IOError;
};

template <class E>
std::exception_ptr error(E e) {
  return std::make_exception_ptr(std::move(e));
}

ExceptionGroup sample() {
  return ExceptionGroup("two of a kind", {error(ValueError("v1")), error(IOError("i1")), error(ValueError("v2"))});
}
ExceptionGroup nested() { return ExceptionGroup("outer", {error(sample()), error(DiskError("d1"))}); }

TEST(ExceptionGroupTest, SaysWhatItHolds) {
  std::string text = sample().what();
  EXPECT_TRUE(text.starts_with("two of a kind (3 errors)\n")) << text;
  EXPECT_NE(text.find("ValueError: v1"), std::string::npos) << text;
  EXPECT_NE(text.find("IOError: i1"), std::string::npos) << text;
  EXPECT_EQ(sample().message(), "two of a kind");
  EXPECT_EQ(sample().exceptions().size(), 3u);
  std::string one = ExceptionGroup("single", {error(ValueError("v"))}).what();
  EXPECT_TRUE(one.starts_with("single (1 error)")) << one;
}

TEST(ExceptionGroupTest, IndentsNestedGroups) {
  std::string text = nested().what();
  EXPECT_NE(text.find("\n  - eddy::ExceptionGroup: two of a kind (3 errors)\n    - "), std::string::npos) << text;
}

TEST(ExceptionGroupTest, NeedsAnError) {
  EXPECT_THROW(ExceptionGroup("none", {}), std::invalid_argument);
}  // NOLINT(bugprone-throw-keyword-missing): on purpose

TEST(ExceptionGroupTest, HandlesByTypeInOrder) {
  ExceptionGroup group = sample();
  std::string seen;
  group.handle<ValueError>([&](const ValueError& e) { seen += std::string(e.what()) + " "; })
      .handle<IOError>([&](const IOError& e) { seen += e.what(); })
      .rethrow_unhandled();
  EXPECT_EQ(seen, "v1 v2 i1");
  EXPECT_TRUE(group.handled());
}

TEST(ExceptionGroupTest, HandlesDerivedErrorsAsTheirBaseAndEachOnce) {
  ExceptionGroup group("errors", {error(DiskError("d")), error(IOError("i"))});
  int disk = 0;
  int io = 0;
  group.handle<DiskError>([&](const DiskError&) { ++disk; }).handle<IOError>([&](const IOError&) { ++io; });
  EXPECT_EQ(disk, 1);
  EXPECT_EQ(io, 1);
}

TEST(ExceptionGroupTest, RethrowsWhatNobodyHandled) {
  ExceptionGroup group = sample();
  group.handle<IOError>([](const IOError&) {});
  try {
    group.rethrow_unhandled();
    FAIL() << "nothing was thrown";
  } catch (const ExceptionGroup& rest) {
    EXPECT_EQ(rest.message(), "two of a kind");
    EXPECT_EQ(rest.exceptions().size(), 2u);
  }
}

TEST(ExceptionGroupTest, ReachesIntoNestedGroupsAndKeepsTheNesting) {
  ExceptionGroup group = nested();
  std::string seen;
  group.handle<IOError>([&](const IOError& e) { seen += std::string(e.what()) + " "; });
  EXPECT_EQ(seen, "i1 d1 ");
  EXPECT_FALSE(group.handled());
  try {
    group.rethrow_unhandled();
    FAIL() << "nothing was thrown";
  } catch (ExceptionGroup& rest) {
    EXPECT_EQ(rest.message(), "outer");
    ASSERT_EQ(rest.exceptions().size(), 1u);
    int values = 0;
    rest.handle<ValueError>([&](const ValueError&) { ++values; }).rethrow_unhandled();
    EXPECT_EQ(values, 2);
  }
}

TEST(ExceptionGroupTest, HandlesWhatIsNoStandardError) {
  ExceptionGroup group("odd", {error(5), error(std::string("text"))});
  int sum = 0;
  group.handle<int>([&](const int& n) { sum += n; });
  EXPECT_EQ(sum, 5);
  EXPECT_FALSE(group.handled());
}

TEST(ExceptionGroupTest, AHandlerThatThrowsHasHandledItsError) {
  ExceptionGroup group = sample();
  EXPECT_THROW(group.handle<IOError>([](const IOError&) { throw std::logic_error("in the handler"); }),
               std::logic_error);
  int io = 0;
  group.handle<IOError>([&](const IOError&) { ++io; });
  EXPECT_EQ(io, 0);
}

TEST(ExceptionGroupTest, NothingToHandleIsNothingDone) {
  ExceptionGroup group = sample();
  group.handle<std::bad_alloc>([](const std::bad_alloc&) { FAIL(); });
  EXPECT_THROW(group.rethrow_unhandled(), ExceptionGroup);
}

}  // namespace
TEST(ExceptionGroupTest, ManyLevelsAreCheapToBuildAndCutShortInText) {
  auto error = std::make_exception_ptr(std::runtime_error("deep"));
  for (int level = 0; level < 5000; ++level) {
    std::vector<std::exception_ptr> errors{error};
    error = std::make_exception_ptr(ExceptionGroup("level", std::move(errors)));
  }
  try {
    std::rethrow_exception(error);
  } catch (const ExceptionGroup& group) {
    std::string text = group.what();
    EXPECT_LT(text.size(), 10'000u);
    EXPECT_NE(text.find("…"), std::string::npos);
  }
}

TEST(ExceptionGroupTest, HandlesTheErrorsInNestedGroupsOneByOne) {
  std::vector<std::exception_ptr> inner{std::make_exception_ptr(std::runtime_error("a")),
                                        std::make_exception_ptr(std::logic_error("b"))};
  std::vector<std::exception_ptr> outer{std::make_exception_ptr(ExceptionGroup("inner", std::move(inner)))};
  ExceptionGroup group("outer", std::move(outer));
  int count = 0;
  group.handle<std::exception>([&](const std::exception&) { ++count; });
  EXPECT_EQ(count, 2);
  EXPECT_TRUE(group.handled());
}

}  // namespace eddy

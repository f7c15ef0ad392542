// SPDX-License-Identifier: MIT
#include "eddy/core/signature.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

Task<std::string> by_const_ref(const std::string& text) {
  co_await sleep(1s);
  co_return text;
}
Task<std::string> by_value(std::string text) {
  co_await sleep(1s);
  co_return text;
}
Task<std::string> by_view(std::string_view text) {
  co_await sleep(1s);
  co_return std::string(text);
}
Task<int> by_rvalue(std::unique_ptr<int>&& p) {
  co_await sleep(1s);
  co_return *p;
}
Task<int> by_unique_ptr(std::unique_ptr<int> p) {
  co_await sleep(1s);
  co_return *p;
}
Task<> by_ref(std::vector<int>& v) {
  co_await sleep(1s);
  v.push_back(1);
}
Task<long> by_converted(const long& n) {
  co_await sleep(1s);
  co_return n;
}
struct Base {
  virtual ~Base() = default;
  virtual int id() const { return 1; }
};
struct Derived : Base {
  int id() const override { return 2; }
};
Task<int> by_base(const Base& base) {
  co_await sleep(1s);
  co_return base.id();
}

EDDY_TEST(SignatureTest, ALiteralForAConstStringRefIsStoredAsAString) {
  auto task = create_task(by_const_ref, "a literal, long enough to be on the heap");
  EXPECT_EQ(co_await task, "a literal, long enough to be on the heap");
}

EDDY_TEST(SignatureTest, ACharArrayThatDiesIsCopied) {
  TaskHandle<std::string> task;
  {
    char buffer[40] = "in a buffer that is overwritten soon";
    task = create_task(by_const_ref, buffer);
    std::fill(std::begin(buffer), std::end(buffer), 'x');
  }
  EXPECT_EQ(co_await task, "in a buffer that is overwritten soon");
}

EDDY_TEST(SignatureTest, AStringThatDiesIsCopied) {
  TaskHandle<std::string> by_reference;
  TaskHandle<std::string> moved;
  {
    std::string text = "a string that dies before the task runs";
    by_reference = create_task(by_const_ref, text);
    moved = create_task(by_value, std::move(text));
  }
  EXPECT_EQ(co_await by_reference, "a string that dies before the task runs");
  EXPECT_EQ(co_await moved, "a string that dies before the task runs");
}

EDDY_TEST(SignatureTest, AStringViewForAConstStringRefIsStoredAsAString) {
  TaskHandle<std::string> task;
  {
    std::string text = "seen through a view and gone soon after";
    task = create_task(by_const_ref, std::string_view(text));
  }
  EXPECT_EQ(co_await task, "seen through a view and gone soon after");
}

EDDY_TEST(SignatureTest, AStringForAViewParameterIsStoredAsTheString) {
  TaskHandle<std::string> task;
  {
    std::string text = "the view is made of what the task has stored";
    task = create_task(by_view, text);
  }
  EXPECT_EQ(co_await task, "the view is made of what the task has stored");
}

EDDY_TEST(SignatureTest, AConvertedTemporaryDoesNotDangle) {
  auto task = create_task(by_converted, 5);
  EXPECT_EQ(co_await task, 5L);
}

EDDY_TEST(SignatureTest, StdRefPassesTheObjectItself) {
  std::vector<int> v;
  auto task = create_task(by_ref, std::ref(v));
  co_await task;
  EXPECT_EQ(v.size(), 1u);
}

EDDY_TEST(SignatureTest, StdCrefPassesTheObjectItself) {
  Counters counts;
  Tracked tracked(counts, 4);
  auto value = [](const Tracked& t) -> Task<int> { co_return t.value(); };
  auto task = create_task(value, std::cref(tracked));
  EXPECT_EQ(co_await task, 4);
  EXPECT_EQ(counts.copies, 0);
}

EDDY_TEST(SignatureTest, MoveOnlyArgumentsMoveIn) {
  auto rvalue = create_task(by_rvalue, std::make_unique<int>(1));
  auto value = create_task(by_unique_ptr, std::make_unique<int>(2));
  EXPECT_EQ(co_await rvalue, 1);
  EXPECT_EQ(co_await value, 2);
}

EDDY_TEST(SignatureTest, ADerivedArgumentIsNotSliced) {
  auto task = create_task(by_base, Derived());
  EXPECT_EQ(co_await task, 2);
}

EDDY_TEST(SignatureTest, AStoredArgumentIsNotCopiedAgainForAReference) {
  Counters counts;
  auto value = [](const Tracked& t) -> Task<int> {
    co_await checkpoint();
    co_return t.value();
  };
  auto task = create_task(value, Tracked(counts, 3));
  EXPECT_EQ(co_await task, 3);
  EXPECT_EQ(counts.copies, 0);
}

EDDY_TEST(SignatureTest, GenericLambdasGetTheArgumentsAsGiven) {
  auto size = [](auto text) -> Task<std::size_t> { co_return std::string(text).size(); };
  auto task = create_task(size, "four");
  EXPECT_EQ(co_await task, 4u);
}

struct Overloaded {
  Task<int> operator()(int n) const { co_return n; }
  Task<int> operator()(const std::string& text) const { co_return static_cast<int>(text.size()); }
};

EDDY_TEST(SignatureTest, OverloadedCallablesGetTheArgumentsAsGiven) {
  auto number = create_task(Overloaded(), 9);
  auto text = create_task(Overloaded(), std::string("abc"));
  EXPECT_EQ(co_await number, 9);
  EXPECT_EQ(co_await text, 3);
}

struct Counter {
  int n = 10;
  Task<int> add(int by) {
    co_await checkpoint();
    co_return n += by;
  }
  Task<int> get() const { co_return n; }
  Task<int> get_noexcept() const noexcept { co_return n; }
  Task<std::string> name(const std::string& suffix) const {
    co_await checkpoint();
    co_return std::to_string(n) + suffix;
  }
};

EDDY_TEST(SignatureTest, MemberFunctionsTakeTheObjectByPointerRefOrValue) {
  Counter counter;
  auto pointer = create_task(&Counter::add, &counter, 1);
  EXPECT_EQ(co_await pointer, 11);
  auto reference = create_task(&Counter::add, std::ref(counter), 1);
  EXPECT_EQ(co_await reference, 12);
  auto copy = create_task(&Counter::get, counter);
  EXPECT_EQ(co_await copy, 12);
  auto quiet = create_task(&Counter::get_noexcept, &counter);
  EXPECT_EQ(co_await quiet, 12);
}

EDDY_TEST(SignatureTest, MemberFunctionsStoreTheirArgumentsToo) {
  Counter counter;
  auto task = create_task(&Counter::name, &counter, " points");
  EXPECT_EQ(co_await task, "10 points");
}

EDDY_TEST(SignatureTest, ASharedPointerKeepsTheObjectOfAMemberFunction) {
  auto counter = std::make_shared<Counter>();
  auto task = create_task(&Counter::add, counter, 5);
  counter.reset();
  EXPECT_EQ(co_await task, 15);
}

EDDY_TEST(SignatureTest, StdFunctionAndBindWork) {
  std::function<Task<std::string>(const std::string&)> function = by_const_ref;
  auto task = create_task(function, "through std::function");
  EXPECT_EQ(co_await task, "through std::function");
  auto bound = create_task(std::bind_front(by_const_ref, std::string("bound")));
  EXPECT_EQ(co_await bound, "bound");
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(TaskGroupErrorsTest, AFailingChildCancelsSiblingsAndBodyAndIsThrownInAGroup) {
  bool sibling = false, body = false;
  TimePoint begin = now();
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(fail_after, 1s, "a");
    tg.create_task(wait_long, std::ref(sibling));
    co_await wait_long(body);
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("a")});
  EXPECT_TRUE(sibling);
  EXPECT_TRUE(body);
  EXPECT_EQ(now() - begin, 1s);
}

EDDY_TEST(TaskGroupErrorsTest, AFailingBodyCancelsItsChildren) {
  bool child = false;
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<int> {
    tg.create_task(wait_long, std::ref(child));
    co_await sleep(1s);
    throw Boom("body");
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("body")});
  EXPECT_TRUE(child);
}

EDDY_TEST(TaskGroupErrorsTest, APlainBodyMayThrowToo) {
  bool child = false;
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task(wait_long, std::ref(child));
    throw Boom("body");
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("body")});
  EXPECT_FALSE(child);  // it never ran
}

EDDY_TEST(TaskGroupErrorsTest, BodyAndChildrenFailingAreThrownTogether) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(fail_when_cancelled, "first child");
    tg.create_task(fail_when_cancelled, "second child");
    co_await sleep(1s);
    throw Boom("body");
  }));
  auto errors = errors_in(r);
  std::sort(errors.begin(), errors.end());
  EXPECT_EQ(errors, (Texts{boom("body"), boom("first child"), boom("second child")}));
}

EDDY_TEST(TaskGroupErrorsTest, ChildrenThatFailWhileBeingCancelledAreThrownToo) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(fail_when_cancelled, "late");
    co_await fail_after(1s, "early");
  }));
  EXPECT_EQ(errors_in(r), (Texts{boom("early"), boom("late")}));
}

EDDY_TEST(TaskGroupErrorsTest, ABodyThatFailsWhileBeingCancelledIsThrownToo) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(fail_after, 1s, "child");
    co_await fail_when_cancelled("body");
  }));
  EXPECT_EQ(errors_in(r), (Texts{boom("child"), boom("body")}));
}

EDDY_TEST(TaskGroupErrorsTest, AnErrorOfANestedGroupStaysNested) {
  auto r = co_await outcome(task_group([&](TaskGroup& outer) -> Task<> {
    outer.create_task(fail_when_cancelled, "outer");
    co_await task_group([&](TaskGroup& inner) { inner.create_task(fail_after, 1s, "inner"); });
  }));
  const auto* group = r.error_as<ExceptionGroup>();
  CO_ASSERT_NE(group, nullptr);
  CO_ASSERT_EQ(group->exceptions().size(), 2u);
  EXPECT_NE(describe(group->exceptions()[0]).find("inner"), std::string::npos);
  EXPECT_EQ(describe(group->exceptions()[1]), boom("outer"));
}

EDDY_TEST(TaskGroupErrorsTest, TheExceptStarIdiomPicksErrorsByType) {
  std::string picked, left;
  try {
    co_await task_group([&](TaskGroup& tg) {
      tg.create_task(fail_when_cancelled, "boom");
      tg.create_task([]() -> Task<> {
        co_await sleep(1s);
        throw std::out_of_range("range");
      });
    });
  } catch (ExceptionGroup& eg) {
    try {
      eg.handle<Boom>([&](const Boom& e) { picked = e.what(); }).rethrow_unhandled();
    } catch (const ExceptionGroup& rest) {
      left = describe(rest.exceptions().at(0));
    }
  }
  EXPECT_EQ(picked, "boom");
  EXPECT_NE(left.find("range"), std::string::npos);
}

// 3b §1.9: what came through a handle into the body is the child's error, once.
EDDY_TEST(TaskGroupErrorsTest, TheSameErrorThroughAHandleIsThrownOnce) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    auto child = tg.create_task(fail_after, 1s, "once");
    co_await shield(child);  // delivers although the group is cancelled already
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("once")});
}

// 3b §1.9: a sibling's failure beats the delivery of a `co_await h` in the body.
EDDY_TEST(TaskGroupErrorsTest, ACaughtChildErrorStillFailsTheGroup) {
  bool caught = false;
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<> {
    auto child = tg.create_task(fail_after, 1s, "x");
    try {
      co_await child;
    } catch (const Boom&) {
      caught = true;
    }
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("x")});
  EXPECT_FALSE(caught);
}

EDDY_TEST(TaskGroupErrorsTest, WhatIsNoStdExceptionIsAnErrorLikeAnyOther) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task([]() -> Task<> {
      co_await checkpoint();
      throw 42;
    });
  }));
  const auto* group = r.error_as<ExceptionGroup>();
  CO_ASSERT_NE(group, nullptr);
  int number = 0;
  try {
    std::rethrow_exception(group->exceptions().at(0));
  } catch (int thrown) {
    number = thrown;
  }
  EXPECT_EQ(number, 42);
}

// 3b §1.19: a Cancelled without a visible cancellation is an ordinary error; it is no std::exception.
EDDY_TEST(TaskGroupErrorsTest, AStrayCancelledIsAnError) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task([]() -> Task<> {
      co_await checkpoint();
      throw Cancelled();
    });
  }));
  CO_ASSERT_FALSE(r.cancelled());
  const auto* group = r.error_as<ExceptionGroup>();
  CO_ASSERT_NE(group, nullptr);
  EXPECT_THROW(std::rethrow_exception(group->exceptions().at(0)), Cancelled);
}

EDDY_TEST(TaskGroupErrorsTest, TaskCancelledFromAnotherTaskIsAnError) {
  auto other = create_task(sleep, 1h);
  auto r = co_await outcome(task_group([&](TaskGroup& tg) {
    tg.create_task([&]() -> Task<> { co_await other; });
    tg.create_task([&]() -> Task<> {
      other.cancel();
      co_return;
    });
  }));
  const auto* group = r.error_as<ExceptionGroup>();
  CO_ASSERT_NE(group, nullptr);
  EXPECT_THROW(std::rethrow_exception(group->exceptions().at(0)), TaskCancelled);
}

EDDY_TEST(TaskGroupErrorsTest, AnErrorWinsOverTheBodysValue) {
  auto r = co_await outcome(task_group([&](TaskGroup& tg) -> Task<std::string> {
    tg.create_task(fail_after, 1s, "late");
    co_return "a value nobody gets";
  }));
  EXPECT_EQ(errors_in(r), Texts{boom("late")});
}

EDDY_TEST(TaskGroupErrorsTest, AGroupMayBeRetriedAfterItFailed) {
  int attempts = 0;
  for (bool ok = false; !ok;) {
    auto r = co_await outcome(task_group([&](TaskGroup& tg) {
      tg.create_task([&]() -> Task<> {
        co_await checkpoint();
        if (++attempts < 3) throw Boom("again");
      });
    }));
    ok = r.has_value();
  }
  EXPECT_EQ(attempts, 3);
}

struct CancelsWhenDestroyed {
  explicit CancelsWhenDestroyed(TaskGroup& to_cancel) : group(&to_cancel) {}
  CancelsWhenDestroyed(CancelsWhenDestroyed&& other) noexcept : group(std::exchange(other.group, nullptr)) {}
  ~CancelsWhenDestroyed() {
    if (group) group->cancel();
  }
  TaskGroup* group;
};

EDDY_TEST(TaskGroupErrorsTest, TheLastResultMayCancelTheGroupWhenItDies) {
  auto child = [](TaskGroup& tg) -> Task<CancelsWhenDestroyed> { co_return CancelsWhenDestroyed(tg); };
  co_await task_group([&](TaskGroup& tg) { tg.create_task(child(tg)); });
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/core/outcome.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

std::exception_ptr error(const char* text) { return std::make_exception_ptr(std::runtime_error(text)); }

TEST(OutcomeTest, HoldsAValue) {
  Outcome<int> result(std::in_place, 5);
  EXPECT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_FALSE(result.cancelled());
  EXPECT_EQ(result.error(), nullptr);
  EXPECT_EQ(result.value(), 5);
  EXPECT_EQ(*result, 5);
  EXPECT_EQ(result.value_or(6), 5);
  EXPECT_EQ(result.message(), "ok");
  result.value() = 7;
  EXPECT_EQ(*result, 7);
}

TEST(OutcomeTest, HoldsAnError) {
  auto result = Outcome<int>::failed(error("broken"));
  EXPECT_FALSE(result);
  EXPECT_FALSE(result.cancelled());
  EXPECT_NE(result.error(), nullptr);
  EXPECT_EQ(result.message(), "broken");
  EXPECT_EQ(result.value_or(6), 6);
  EXPECT_THROW(result.value(), std::runtime_error);
  EXPECT_THROW(std::move(result).value(), std::runtime_error);
}

TEST(OutcomeTest, KnowsThatItWasCancelled) {
  auto result = Outcome<int>::was_cancelled();
  EXPECT_FALSE(result);
  EXPECT_TRUE(result.cancelled());
  EXPECT_EQ(result.error(), nullptr);
  EXPECT_EQ(result.message(), "cancelled");
  EXPECT_THROW(result.value(), Cancelled);
}

TEST(OutcomeTest, TheErrorByType) {
  auto result = Outcome<>::failed(std::make_exception_ptr(std::out_of_range("far")));
  const auto* same = result.error_as<std::out_of_range>();
  ASSERT_NE(same, nullptr);
  EXPECT_STREQ(same->what(), "far");
  EXPECT_NE(result.error_as<std::logic_error>(), nullptr);
  EXPECT_EQ(result.error_as<std::runtime_error>(), nullptr);
  EXPECT_EQ(Outcome<>(std::in_place).error_as<std::logic_error>(), nullptr);
}

TEST(OutcomeTest, AnErrorThatIsNoStandardOneHasAMessageToo) {
  auto result = Outcome<>::failed(std::make_exception_ptr(5));
  EXPECT_EQ(result.message(), "int");
}

TEST(OutcomeTest, OfVoidHasNothingToGiveButThrowsAsWell) {
  Outcome<> ok(std::in_place);
  EXPECT_TRUE(ok);
  ok.value();
  auto failed = Outcome<>::failed(error("broken"));
  EXPECT_THROW(failed.value(), std::runtime_error);
}

TEST(OutcomeTest, HoldsReferencesAndMoveOnlyValues) {
  int n = 1;
  Outcome<int&> reference(std::in_place, n);
  EXPECT_EQ(&reference.value(), &n);
  Outcome<std::unique_ptr<int>> owner(std::in_place, std::make_unique<int>(2));
  EXPECT_EQ(**owner, 2);
  std::unique_ptr<int> moved = std::move(owner).value();
  EXPECT_EQ(*moved, 2);
}

TEST(OutcomeTest, OfCallsAndKeepsWhatComesOut) {
  EXPECT_EQ(Outcome<int>::of([] { return 3; }).value(), 3);
  auto failed = Outcome<int>::of([]() -> int { throw std::runtime_error("broken"); });
  EXPECT_EQ(failed.message(), "broken");
}

// 3b §1.10
EDDY_TEST(OutcomeErrorTest, ThatNobodyLooksAtGoesToTheHandlerOnce) {
  {
    auto result = Outcome<int>::failed(error("overlooked"));
    auto moved = std::move(result);
  }
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0], "error in an Outcome that nobody looked at: std::runtime_error: overlooked");
}

EDDY_TEST(OutcomeErrorTest, ThatSomebodyLookedAtDoesNot) {
  {
    auto tested = Outcome<int>::failed(error("seen"));
    EXPECT_FALSE(tested);
    auto asked = Outcome<int>::failed(error("seen"));
    EXPECT_NE(asked.error(), nullptr);
    auto printed = Outcome<int>::failed(error("seen"));
    EXPECT_EQ(printed.message(), "seen");
    auto thrown = Outcome<int>::failed(error("seen"));
    EXPECT_THROW(thrown.value(), std::runtime_error);
    auto cast = Outcome<int>::failed(error("seen"));
    EXPECT_NE(cast.error_as<std::runtime_error>(), nullptr);
  }
  EXPECT_TRUE(test::lost_errors().empty());
  co_return;
}

EDDY_TEST(OutcomeErrorTest, OverwrittenUnseenGoesToTheHandler) {
  auto result = Outcome<int>::failed(error("overwritten"));
  result = Outcome<int>(std::in_place, 1);
  EXPECT_EQ(test::lost_errors().size(), 1u);
  EXPECT_TRUE(result);
  co_return;
}

EDDY_TEST(OutcomeErrorTest, DroppedByAnAwaitThatIgnoresItGoesToTheHandler) {
  auto fail = []() -> Task<> {
    throw std::runtime_error("ignored");
    co_return;
  };
  (void)co_await outcome(fail());
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(OutcomeOfTest, ATaskAnOperationAHandle) {
  auto number = []() -> Task<int> { co_return 4; };
  auto of_task = co_await outcome(number());
  EXPECT_EQ(of_task.value(), 4);
  auto of_sleep = co_await outcome(sleep(1s));
  EXPECT_TRUE(of_sleep);
  auto handle = create_task(number);
  auto of_handle = co_await outcome(handle);
  EXPECT_EQ(of_handle.value(), 4);
  EXPECT_EQ(&of_handle.value(), &handle.result());
}

EDDY_TEST(OutcomeOfTest, IsCancelledOnlyWhenOneselfIs) {
  auto sleeper = create_task([]() -> Task<> { co_await sleep(1h); });
  bool cancelled = false;
  bool other_was = false;
  auto waiter = create_task([&]() -> Task<> {
    auto result = co_await outcome(sleeper);
    cancelled = result.cancelled();
    other_was = result.error_as<TaskCancelled>() != nullptr;
  });
  co_await test::all_blocked();
  sleeper.cancel();
  co_await waiter;
  EXPECT_FALSE(cancelled);
  EXPECT_TRUE(other_was);
}

}  // namespace
}  // namespace eddy

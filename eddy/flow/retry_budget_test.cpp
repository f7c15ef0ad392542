// SPDX-License-Identifier: MIT
#include "eddy/flow/retry_budget.h"

#include <chrono>
#include <limits>
#include <stdexcept>

#include "eddy/base/error.h"
#include "eddy/flow/retry.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::RetryBudget;
using eddy::Task;

EDDY_TEST(RetryBudget, AllowsAShareOfTheCalls) {
  RetryBudget budget{0.1};
  EXPECT_FALSE(budget.try_withdraw());
  for (int i = 0; i < 20; ++i) budget.deposit();
  EXPECT_EQ(budget.balance(), 2U);
  EXPECT_TRUE(budget.try_withdraw());
  EXPECT_TRUE(budget.try_withdraw());
  EXPECT_FALSE(budget.try_withdraw());
  co_return;
}

EDDY_TEST(RetryBudget, AndSoManyASecondBesides) {
  RetryBudget budget{0, 0.5};
  EXPECT_EQ(budget.balance(), 5U);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(budget.try_withdraw());
  EXPECT_FALSE(budget.try_withdraw());
  co_await eddy::sleep(10s);
  EXPECT_EQ(budget.balance(), 5U);
}

EDDY_TEST(RetryBudget, WhatIsOlderThanTenSecondsDoesNotCount) {
  RetryBudget budget{1};
  budget.deposit();
  co_await eddy::sleep(5s);
  budget.deposit();
  EXPECT_EQ(budget.balance(), 2U);
  co_await eddy::sleep(5s);
  EXPECT_EQ(budget.balance(), 1U);
  co_await eddy::sleep(5s);
  EXPECT_EQ(budget.balance(), 0U);
  budget.deposit();
  co_await eddy::sleep(1h);
  EXPECT_EQ(budget.balance(), 0U);
}

EDDY_TEST(RetryBudget, SharedByCallersItBoundsWhatTheyRetryTogether) {
  RetryBudget budget{0.2};
  auto policy = eddy::Retry{}.attempts(5).fixed(1ms).budget(budget);
  int attempts = 0;
  int out_of_budget = 0;
  for (int i = 0; i < 100; ++i) {
    try {
      co_await eddy::retry(policy, [&]() -> Task<> {
        ++attempts;
        throw std::runtime_error("down");
        co_return;
      });
    } catch (const eddy::RetryError& error) {
      if (error.reason() == eddy::GaveUp::kBudget) ++out_of_budget;
    }
  }
  EXPECT_EQ(attempts, 120);
  EXPECT_EQ(out_of_budget, 100);
}

EDDY_TEST(RetryBudget, RefusesWhatMakesNoSense) {
  EXPECT_THROW(RetryBudget(-1), eddy::RuntimeError);
  EXPECT_THROW(RetryBudget(0), eddy::RuntimeError);
  EXPECT_THROW(RetryBudget(1, -1), eddy::RuntimeError);
  co_return;
}

EDDY_TEST(RetryBudget, MayBeWithoutBounds) {
  for (double ratio : {1e30, std::numeric_limits<double>::infinity()}) {
    RetryBudget budget(ratio);
    budget.deposit();
    EXPECT_TRUE(budget.try_withdraw());
  }
  co_return;
}

}  // namespace

// SPDX-License-Identifier: MIT
#include "eddy/flow/adaptive_limit.h"

#include <chrono>
#include <stdexcept>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/random.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::AdaptiveLimit;
using eddy::AdaptiveLimitOptions;
using eddy::AdaptivePermit;
using eddy::create_task;
using eddy::Task;
using eddy::TaskHandle;

struct Overloaded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<std::vector<AdaptivePermit>> take_all(AdaptiveLimit& limit) {
  std::vector<AdaptivePermit> permits;
  while (limit.in_flight() < limit.current()) {
    auto permit = co_await limit.acquire();
    permits.push_back(std::move(permit));
  }
  co_return permits;
}

EDDY_TEST(AdaptiveLimit, LetsInAsManyAsItsLimit) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(3));
  auto permits = co_await take_all(limit);
  EXPECT_EQ(permits.size(), 3U);
  auto waiter = create_task([&]() -> Task<> { auto permit = co_await limit.acquire(); });
  co_await eddy::sleep(1ms);
  EXPECT_EQ(limit.n_waiting(), 1U);
  permits.pop_back();
  co_await waiter;
  EXPECT_EQ(limit.in_flight(), 2U);
  EXPECT_EQ(limit.current(), 3U) << "dropped permits count as nothing";
}

EDDY_TEST(AdaptiveLimit, GrowsByAboutOneInARound) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(4));
  for (std::size_t round = 1; round <= 10; ++round) {
    for (int i = 0; i < 4 + static_cast<int>(round); ++i) {
      auto permits = co_await take_all(limit);
      permits.back().succeeded();
    }
    EXPECT_GE(limit.current(), 4 + round);
    EXPECT_LE(limit.current(), 5 + round);
  }
}

EDDY_TEST(AdaptiveLimit, DoesNotGrowWhileItIsNotUsedUp) {
  AdaptiveLimit limit;
  for (int i = 0; i < 1000; ++i) {
    auto permit = co_await limit.acquire();
    permit.succeeded();
  }
  EXPECT_EQ(limit.current(), 10U);
}

EDDY_TEST(AdaptiveLimit, ARejectionHalvesItOncePerRound) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(16));
  auto first = co_await take_all(limit);
  for (std::size_t i = 0; i < 10; ++i) first[i].rejected();
  EXPECT_EQ(limit.current(), 8U);
  auto second = co_await take_all(limit);
  EXPECT_EQ(second.size(), 2U);
  for (std::size_t i = 10; i < 16; ++i) first[i].rejected();
  EXPECT_EQ(limit.current(), 8U) << "they were on their way already";
  second[0].rejected();
  EXPECT_EQ(limit.current(), 4U);
}

EDDY_TEST(AdaptiveLimit, StaysInItsBounds) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(3).bounds(2, 4).decrease(0.1));
  for (int i = 0; i < 50; ++i) {
    auto permits = co_await take_all(limit);
    for (auto& permit : permits) permit.succeeded();
  }
  EXPECT_EQ(limit.current(), 4U);
  for (int i = 0; i < 3; ++i) {
    auto permit = co_await limit.acquire();
    permit.rejected();
  }
  EXPECT_EQ(limit.current(), 2U);
}

EDDY_TEST(AdaptiveLimit, ALowerLimitHoldsForThoseWhoCome) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(4));
  auto permits = co_await take_all(limit);
  permits[0].rejected();
  EXPECT_EQ(limit.current(), 2U);
  auto waiter = create_task([&]() -> Task<> { auto permit = co_await limit.acquire(); });
  co_await eddy::sleep(1ms);
  permits[1].release();
  co_await eddy::sleep(1ms);
  EXPECT_FALSE(waiter.done());
  permits[2].release();
  co_await waiter;
}

EDDY_TEST(AdaptiveLimit, ACancelledWaiterCostsNothing) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(1));
  auto permits = co_await take_all(limit);
  std::vector<TaskHandle<>> waiters;
  int served = 0;
  for (int i = 0; i < 3; ++i) {
    waiters.push_back(create_task([&]() -> Task<> {
      auto permit = co_await limit.acquire();
      ++served;
    }));
  }
  co_await eddy::sleep(1ms);
  waiters[1].cancel();
  permits.clear();
  waiters[0].cancel();  // granted, perhaps
  co_await eddy::sleep(1ms);
  EXPECT_EQ(served, 1);
  EXPECT_EQ(limit.in_flight(), 0U);
}

EDDY_TEST(AdaptiveLimit, RunReportsForYou) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(1).bounds(1, 8));
  auto busy = [](const int& status) { return status == 429; };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(co_await limit.run([] { return 200; }, busy), 200);
  std::size_t high = limit.current();
  EXPECT_GT(high, 1U);
  EXPECT_EQ(co_await limit.run([]() -> Task<int> { co_return 429; }, busy), 429);
  EXPECT_LT(limit.current(), high);
}

EDDY_TEST(AdaptiveLimit, RunLooksAtErrorsAndOutcomesToo) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(8));
  auto overloaded = []() -> Task<int> {
    throw Overloaded("503");
    co_return 0;
  };
  EXPECT_THROW(co_await limit.run(overloaded, [](const Overloaded&) { return true; }), Overloaded);
  EXPECT_EQ(limit.current(), 4U);
  auto look = [](const eddy::Outcome<int>& ended) { return ended.error_as<Overloaded>() != nullptr; };
  EXPECT_THROW(co_await limit.run(overloaded, look), Overloaded);
  EXPECT_EQ(limit.current(), 2U);
  auto other = []() -> Task<int> {
    throw std::runtime_error("404");
    co_return 0;
  };
  EXPECT_THROW(co_await limit.run(other, look), std::runtime_error);
  EXPECT_EQ(limit.current(), 2U);
  EXPECT_EQ(limit.in_flight(), 0U);
}

EDDY_TEST(AdaptiveLimit, RunCancelledGivesThePlaceBack) {
  AdaptiveLimit limit(AdaptiveLimitOptions{}.start(2));
  auto never = [](const eddy::Outcome<>&) { return false; };
  auto task = create_task([&]() -> Task<> { co_await limit.run([] { return eddy::sleep(1h); }, never); });
  co_await eddy::sleep(1s);
  EXPECT_EQ(limit.in_flight(), 1U);
  task.cancel();
  co_await eddy::sleep(1s);
  EXPECT_EQ(limit.in_flight(), 0U);
  EXPECT_EQ(limit.current(), 2U);
}

EDDY_TEST(AdaptiveLimit, RefusesWhatMakesNoSense) {
  EXPECT_THROW(AdaptiveLimit(AdaptiveLimitOptions{}.bounds(0, 5)), eddy::RuntimeError);
  EXPECT_THROW(AdaptiveLimit(AdaptiveLimitOptions{}.start(9).bounds(1, 5)), eddy::RuntimeError);
  EXPECT_THROW(AdaptiveLimit(AdaptiveLimitOptions{}.decrease(1)), eddy::RuntimeError);
  co_return;
}

// A server that takes so many at a time and rejects the rest.
EDDY_TEST(AdaptiveLimit, FindsWhatTheServerTakes) {
  for (std::size_t capacity : {3U, 20U, 60U}) {
    AdaptiveLimit limit(AdaptiveLimitOptions{}.start(10).bounds(1, 1000));
    eddy::Random random(capacity);
    std::size_t inside = 0;
    int rejected = 0;
    std::vector<TaskHandle<>> clients;
    for (int i = 0; i < 2000; ++i) {
      clients.push_back(create_task([&]() -> Task<> {
        auto permit = co_await limit.acquire();
        if (inside == capacity) {
          co_await eddy::sleep(1ms);
          ++rejected;
          permit.rejected();
          co_return;
        }
        ++inside;
        co_await eddy::sleep(std::chrono::microseconds(9'000 + random.below(2'000)));
        --inside;
        permit.succeeded();
      }));
      if (random.below(50) == 0) clients[random.below(clients.size())].cancel();
    }
    co_await eddy::sleep(1h);
    EXPECT_EQ(limit.in_flight(), 0U);
    EXPECT_GE(limit.current(), capacity / 3);
    EXPECT_LE(limit.current(), capacity + 1);
    EXPECT_LT(rejected, 600);
  }
}

EDDY_TEST(AdaptiveLimit, RefusesMoreThanItCanCount) {
  constexpr std::size_t most = std::size_t{1} << 53U;
  EXPECT_EQ(AdaptiveLimit(eddy::AdaptiveLimitOptions{}.bounds(1, most).start(most)).current(), most);
  EXPECT_THROW(AdaptiveLimit(eddy::AdaptiveLimitOptions{}.bounds(1, most + 1)), eddy::RuntimeError);
  co_return;
}

}  // namespace

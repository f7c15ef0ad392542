// SPDX-License-Identifier: MIT
#include "eddy/iter/async_generator.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

AsyncGenerator<int> numbers(int end) {
  for (int i = 0; i < end; ++i) co_yield i;
}

AsyncGenerator<int> slow_numbers(int end) {
  for (int i = 0; i < end; ++i) {
    co_await sleep(1s);
    co_yield i;
  }
}

AsyncGenerator<int> failing_after(int n) {
  for (int i = 0; i < n; ++i) co_yield i;
  throw std::runtime_error("out of numbers");
}

AsyncGenerator<int> guarded(bool& gone, int end) {
  ScopeGuard mark([&] { gone = true; });
  for (int i = 0; i < end; ++i) {
    co_yield i;
    co_await sleep(1h);
  }
}

EDDY_TEST(AsyncGenerator, YieldsValuesAndThenNothing) {
  auto generator = numbers(3);
  std::vector<int> got;
  while (auto item = co_await generator.next()) got.push_back(*item);
  EXPECT_EQ(got, (std::vector<int>{0, 1, 2}));
  auto after = co_await generator.next();
  EXPECT_FALSE(after);
  auto still = co_await generator.next();
  EXPECT_FALSE(still);
}

EDDY_TEST(AsyncGenerator, MayAwaitBetweenItems) {
  auto start = now();
  auto generator = slow_numbers(3);
  int sum = 0;
  while (auto item = co_await generator.next()) sum += *item;
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(AsyncGenerator, EmptyOneEndsAtOnce) {
  auto generator = numbers(0);
  auto item = co_await generator.next();
  EXPECT_FALSE(item);
}

EDDY_TEST(AsyncGenerator, AnErrorComesOutOfNextAndEndsIt) {
  auto generator = failing_after(1);
  auto first = co_await generator.next();
  EXPECT_EQ(first, 0);
  CO_ASSERT_THROW(co_await generator.next(), std::runtime_error);
  auto after = co_await generator.next();
  EXPECT_FALSE(after);
}

AsyncGenerator<std::unique_ptr<int>> pointers() {
  co_yield std::make_unique<int>(1);
  auto second = std::make_unique<int>(2);
  co_yield std::move(second);
}

EDDY_TEST(AsyncGenerator, YieldsWhatCanOnlyBeMoved) {
  auto generator = pointers();
  auto first = co_await generator.next();
  auto second = co_await generator.next();
  EXPECT_EQ(**first, 1);
  EXPECT_EQ(**second, 2);
  auto end = co_await generator.next();
  EXPECT_FALSE(end);
}

AsyncGenerator<Tracked> tracked(Counters& counts) {
  Tracked named(counts, 1);
  co_yield named;
  EXPECT_EQ(named.value(), 1) << "an lvalue is copied";
  co_yield std::move(named);
  co_yield Tracked(counts, 3);
}

EDDY_TEST(AsyncGenerator, CopiesLvaluesAndMovesTheRest) {
  Counters counts;
  {
    auto generator = tracked(counts);
    auto a = co_await generator.next();
    EXPECT_EQ(a->value(), 1);
    EXPECT_EQ(counts.copies, 1);
    EXPECT_EQ(counts.moves, 0);
    auto b = co_await generator.next();
    EXPECT_EQ(b->value(), 1);
    auto c = co_await generator.next();
    EXPECT_EQ(c->value(), 3);
    EXPECT_EQ(counts.copies, 1);
    EXPECT_EQ(counts.moves, 2);
  }
  EXPECT_EQ(counts.alive(), 0);
}

AsyncGenerator<std::string> words() {
  co_yield "a literal that is too long for the small string buffer";
  std::string word = "named";
  co_yield word;
}

EDDY_TEST(AsyncGenerator, ConvertsWhatIsYielded) {
  auto generator = words();
  auto literal = co_await generator.next();
  EXPECT_EQ(literal, "a literal that is too long for the small string buffer");
  auto named = co_await generator.next();
  EXPECT_EQ(named, "named");
}

AsyncGenerator<int&> references(std::vector<int>& items) {
  for (int& item : items) co_yield item;
}

EDDY_TEST(AsyncGenerator, OfReferencesGivesPointers) {
  std::vector<int> items(3, 5);
  auto generator = references(items);
  while (auto item = co_await generator.next()) ++*item;
  EXPECT_EQ(items, (std::vector<int>{6, 6, 6}));
}

EDDY_TEST(AsyncGenerator, MayBeMovedWhileParked) {
  auto generator = numbers(3);
  co_await generator.next();
  auto moved = std::move(generator);
  auto second = co_await moved.next();
  EXPECT_EQ(second, 1);
  generator = std::move(moved);
  auto third = co_await generator.next();
  EXPECT_EQ(third, 2);
  auto empty = co_await outcome(moved.next());  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_TRUE(empty.error_as<RuntimeError>()) << empty.message();
}

EDDY_TEST(AsyncGenerator, DestroyedAtAYieldDestroysItsLocals) {
  bool gone = false;
  {
    auto generator = guarded(gone, 2);
    co_await generator.next();
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

EDDY_TEST(AsyncGenerator, NeverStartedDestroysItsArguments) {
  Counters counts;
  auto make = [](Tracked item) -> AsyncGenerator<int> { co_yield item.value(); };
  {
    auto generator = make(Tracked(counts, 4));
    EXPECT_EQ(counts.alive(), 1);
  }
  EXPECT_EQ(counts.alive(), 0);
  co_return;
}

EDDY_TEST(AsyncGenerator, AcloseEndsIt) {
  bool gone = false;
  auto generator = guarded(gone, 2);
  co_await generator.next();
  co_await generator.aclose();
  EXPECT_TRUE(gone);
  auto after = co_await generator.next();
  EXPECT_FALSE(after);
  co_await generator.aclose();
}

EDDY_TEST(AsyncGenerator, CancelledInNextIsDestroyedAndSaysSo) {
  bool gone = false;
  auto generator = guarded(gone, 2);
  co_await generator.next();
  CO_ASSERT_THROW(co_await wait_for(generator.next(), 1s), TimeoutError);
  EXPECT_TRUE(gone);
  auto after = co_await outcome(generator.next());
  EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
  co_await generator.aclose();
  auto closed = co_await generator.next();
  EXPECT_FALSE(closed);
}

EDDY_TEST(AsyncGenerator, MovedInFlightStillLearnsOfItsEnd) {
  bool gone = false;
  auto generator = guarded(gone, 2);
  auto target = numbers(0);
  auto task = create_task([&]() -> Task<> {
    co_await generator.next();
    co_await generator.next();
  });
  co_await sleep(1s);
  target = std::move(generator);
  task.cancel();
  co_await sleep(1s);
  EXPECT_TRUE(gone);
  auto after = co_await outcome(target.next());
  EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
}

EDDY_TEST(AsyncGenerator, CancelledConsumerTakesTheGeneratorWithIt) {
  bool gone = false;
  auto consume = [&]() -> Task<> {
    auto generator = guarded(gone, 5);
    while (auto item = co_await generator.next()) EXPECT_EQ(*item, 0);
  };
  auto task = create_task(consume());
  co_await sleep(1s);
  EXPECT_FALSE(gone);
  task.cancel();
  co_await sleep(1s);
  EXPECT_TRUE(task.cancelled());
  EXPECT_TRUE(gone);
}

EDDY_TEST(AsyncGenerator, CancelledBeforeNextRunsUntilItWouldWait) {
  auto task = create_task([]() -> Task<> {
    current_task().cancel();
    auto ready = numbers(2);
    auto first = co_await ready.next();
    EXPECT_EQ(first, 0);
    auto slow = slow_numbers(2);
    co_await slow.next();
    ADD_FAILURE() << "not reached";
  });
  co_await sleep(1s);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(AsyncGenerator, CancelInTheTurnInWhichAnItemComesTearsIt) {
  auto generator = slow_numbers(3);
  auto task = create_task([&]() -> Task<int> {
    auto item = co_await generator.next();
    co_return *item;
  });
  get_running_loop().call_later(1s, [&] { task.cancel(); });
  co_await sleep(2s);
  EXPECT_TRUE(task.done());
  if (task.cancelled()) {
    auto after = co_await outcome(generator.next());
    EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
  }
}

EDDY_TEST(AsyncGenerator, OneConsumerAtATime) {
  auto generator = slow_numbers(2);
  auto first = create_task([&]() -> Task<int> {
    auto item = co_await generator.next();
    co_return *item;
  });
  co_await sleep(100ms);
  auto second = co_await outcome(generator.next());
  EXPECT_TRUE(second.error_as<RuntimeError>()) << second.message();
  auto closing = co_await outcome(generator.aclose());
  EXPECT_TRUE(closing.error_as<RuntimeError>()) << closing.message();
  EXPECT_EQ(co_await first, 0);
  auto next = co_await generator.next();
  EXPECT_EQ(next, 1);
}

EDDY_TEST(AsyncGenerator, OneThatNeverWaitsLetsOthersRun) {
  int ticks = 0;
  auto ticker = create_task([&]() -> Task<> {
    for (;;) {
      ++ticks;
      co_await checkpoint();
    }
  });
  auto generator = numbers(1000);
  int sum = 0;
  while (auto item = co_await generator.next()) ++sum;
  EXPECT_EQ(sum, 1000);
  EXPECT_GE(ticks, 10);
  ticker.cancel();
}

EDDY_TEST(AsyncGenerator, ALoopOverReadyItemsCanBeCancelled) {
  int seen = 0;
  auto task = create_task([&]() -> Task<> {
    auto generator = numbers(1'000'000);
    while (auto item = co_await generator.next()) {
      if (++seen == 10) current_task().cancel();
    }
  });
  co_await sleep(1s);
  EXPECT_TRUE(task.cancelled());
  EXPECT_LT(seen, 200);
}

AsyncGenerator<int> tree(int depth) {
  if (depth == 0) {
    co_yield 1;
    co_return;
  }
  for (int i = 0; i < 2; ++i) {
    auto inner = tree(depth - 1);
    while (auto item = co_await inner.next()) co_yield *item;
  }
}

EDDY_TEST(AsyncGenerator, Nests) {
  auto generator = tree(8);
  int leaves = 0;
  while (auto item = co_await generator.next()) leaves += *item;
  EXPECT_EQ(leaves, 256);
}

EDDY_TEST(AsyncGenerator, ThrownCancelledIsACancellation) {
  auto make = []() -> AsyncGenerator<int> {
    try {
      co_await raising(sleep(1h));
    } catch (const Cancelled&) {
      throw;
    }
    co_yield 1;
  };
  auto generator = make();
  auto task = create_task([&]() -> Task<> { co_await generator.next(); });
  co_await sleep(1s);
  task.cancel();
  co_await sleep(1s);
  EXPECT_TRUE(task.cancelled());
  auto after = co_await outcome(generator.next());
  EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/iter/buffer.h"

#include <memory>
#include <stdexcept>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/iter/collect.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

/// Takes a second for each item, and counts what it has made.
AsyncGenerator<int> slow_source(int count, int& made, int* gone = nullptr) {
  ScopeGuard mark([gone] {
    if (gone) ++*gone;
  });
  for (int i = 0; i < count; ++i) {
    co_await sleep(1s);
    ++made;
    co_yield i;
  }
}

EDDY_TEST(Buffer, ProducerAndConsumerWorkAtTheSameTime) {
  int made = 0;
  Ints seen;
  auto start = now();
  auto pipeline = slow_source(5, made) | it::buffer(2);
  while (auto item = co_await pipeline.next()) {
    seen.push_back(*item);
    co_await sleep(1s);
  }
  EXPECT_EQ(seen, (Ints{0, 1, 2, 3, 4}));
  EXPECT_EQ(now() - start, 6s);
}

EDDY_TEST(Buffer, RunsAheadByNAndNoFurther) {
  int made = 0;
  auto pipeline = slow_source(100, made) | it::buffer(3);
  co_await sleep(1h);
  EXPECT_EQ(made, 0) << "nothing starts before the first next()";
  co_await pipeline.next();
  co_await sleep(1h);
  EXPECT_EQ(made, 1 + 3);
}

EDDY_TEST(Buffer, OfAnLvalueRangeHandsOutReferences) {
  Ints numbers = {1, 2, 3};
  auto pipeline = numbers | it::buffer(2);
  while (int* number = co_await pipeline.next()) *number *= 10;
  EXPECT_EQ(numbers, (Ints{10, 20, 30}));
}

EDDY_TEST(Buffer, CopiesReferencesThatDoNotStay) {
  auto source = []() -> AsyncGenerator<int&> {
    for (int i = 0; i < 3; ++i) co_yield i;
  };
  auto all = co_await it::collect(source() | it::buffer(3));
  EXPECT_EQ(all, (Ints{0, 1, 2}));
}

EDDY_TEST(Buffer, OfItemsThatOnlyMove) {
  auto source = []() -> AsyncGenerator<std::unique_ptr<int>> {
    for (int i = 0; i < 100; ++i) co_yield std::make_unique<int>(i);
  };
  int sum = 0;
  auto pipeline = source() | it::buffer(7);
  while (auto item = co_await pipeline.next()) sum += **item;
  EXPECT_EQ(sum, 4950);
}

EDDY_TEST(Buffer, AnErrorComesAfterTheItemsBeforeIt) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    co_yield 2;
    throw std::runtime_error("source");
  };
  auto pipeline = source() | it::buffer(10);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 1);
  co_await sleep(1s);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, 2);
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
  auto after = co_await pipeline.next();
  EXPECT_FALSE(after);
}

EDDY_TEST(Buffer, LeftEarlyItsSourceEndsWithTheTask) {
  int made = 0;
  int gone = 0;
  auto task = create_task([&]() -> Task<> {
    auto pipeline = slow_source(100, made, &gone) | it::buffer(3);
    co_await pipeline.next();
  });
  co_await task;
  EXPECT_EQ(gone, 1);
  EXPECT_EQ(made, 1);
}

EDDY_TEST(Buffer, CancelledWhileItWaitsForRoomAndForItems) {
  int made = 0;
  int gone = 0;
  auto task = create_task([&]() -> Task<> {
    auto pipeline = slow_source(100, made, &gone) | it::buffer(3);
    co_await pipeline.next();
    co_await sleep(1h);
  });
  co_await sleep(100s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(gone, 1);
  auto in_time = co_await try_for(it::collect(slow_source(100, made, &gone) | it::buffer(3)), 10s);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(gone, 2);
}

EDDY_TEST(Buffer, RefusesNoRoom) {
  EXPECT_THROW((void)it::buffer(0), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

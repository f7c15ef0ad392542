// SPDX-License-Identifier: MIT
#include "eddy/iter/chunk_within.h"

#include <stdexcept>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/iter/collect.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;
using Chunks = std::vector<Ints>;

AsyncGenerator<int> ticks(Duration every, int count, int* gone = nullptr) {
  ScopeGuard mark([gone] {
    if (gone) ++*gone;
  });
  for (int i = 0; i < count; ++i) {
    co_await sleep(every);
    co_yield i;
  }
}

EDDY_TEST(ChunkWithin, IsHandedOutFullOrInTime) {
  auto source = []() -> AsyncGenerator<int> {
    for (int i = 0; i < 4; ++i) co_yield i;  // a full one, and one that must wait
    co_await sleep(10s);
    co_yield 4;
  };
  std::vector<Duration> when;
  Chunks chunks;
  auto start = now();
  auto pipeline = source() | it::chunk_within(3, 1s);
  while (auto chunk = co_await pipeline.next()) {
    chunks.push_back(*chunk);
    when.push_back(now() - start);
  }
  EXPECT_EQ(chunks, (Chunks{{0, 1, 2}, {3}, {4}}));
  EXPECT_EQ(when, (std::vector<Duration>{0s, 1s, 10s})) << "at the end of the source nothing waits";
}

EDDY_TEST(ChunkWithin, TheTimeCountsFromTheFirstItem) {
  auto start = now();
  auto pipeline = ticks(400ms, 5) | it::chunk_within(100, 1s);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, (Ints{0, 1, 2}));
  EXPECT_EQ(now() - start, 1400ms);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, (Ints{3, 4}));
  EXPECT_EQ(now() - start, 2s);
}

EDDY_TEST(ChunkWithin, ItemsThatCameWhileNobodyAskedAreThereAtOnce) {
  auto pipeline = ticks(1s, 100) | it::chunk_within(3, 10s);
  co_await pipeline.next();
  co_await sleep(1h);
  auto asked = now();
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, (Ints{3, 4, 5}));
  EXPECT_EQ(now(), asked);
  auto third = co_await pipeline.next();
  EXPECT_EQ(third, (Ints{6, 7, 8})) << "it was not run ahead of by more than a chunk";
}

EDDY_TEST(ChunkWithin, OfNothingIsNothing) {
  auto all = co_await it::collect(Ints() | it::chunk_within(3, 1s));
  EXPECT_TRUE(all.empty());
  EXPECT_THROW((void)it::chunk_within(0, 1s), RuntimeError);
}

EDDY_TEST(ChunkWithin, AnErrorComesAfterTheItemsBeforeIt) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    throw std::runtime_error("source");
  };
  auto pipeline = source() | it::chunk_within(3, 1s);
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, Ints{1});
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
}

EDDY_TEST(ChunkWithin, CancelledWhileAChunkFills) {
  int gone = 0;
  auto pipeline = ticks(1s, 100, &gone) | it::chunk_within(50, 1h);
  auto chunk = co_await try_for(pipeline.next(), 10s);
  EXPECT_FALSE(chunk.has_value());
  EXPECT_EQ(gone, 1);
}

EDDY_TEST(ChunkWithin, AsLongAsItTakes) {
  auto chunks = co_await it::collect(ticks(1s, 5) | it::chunk_within(3, std::chrono::hours::max()));
  CO_ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunks[0].size(), 3U);
}

}  // namespace
}  // namespace eddy

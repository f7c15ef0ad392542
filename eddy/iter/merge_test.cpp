// SPDX-License-Identifier: MIT
#include "eddy/iter/merge.h"

#include <stdexcept>
#include <vector>

#include "eddy/base/scope_guard.h"
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

AsyncGenerator<int> ticks(Duration every, int count, int first, int* gone = nullptr) {
  ScopeGuard mark([gone] {
    if (gone) ++*gone;
  });
  for (int i = 0; i < count; ++i) {
    co_await sleep(every);
    co_yield first + i;
  }
}

EDDY_TEST(Merge, GivesItemsAsTheyCome) {
  auto all = co_await it::collect(it::merge(ticks(2s, 3, 0), ticks(2500ms, 2, 100)));
  EXPECT_EQ(all, (Ints{0, 100, 1, 101, 2}));
}

EDDY_TEST(Merge, OfReadySourcesAlternates) {
  const Ints a(3, 1);
  const Ints b(3, 2);
  auto all = co_await it::collect(it::merge(a, b));
  EXPECT_EQ(all.size(), 6U);
}

EDDY_TEST(Merge, OfEmptySourcesEnds) {
  auto all = co_await it::collect(it::merge(Ints(), Ints()));
  EXPECT_TRUE(all.empty());
}

EDDY_TEST(Merge, IsOneItemAheadOfASlowConsumer) {
  int gone = 0;
  {
    auto merged = it::merge(ticks(1s, 10, 0, &gone), ticks(1500ms, 10, 100, &gone));
    auto first = co_await merged.next();
    EXPECT_EQ(first, 0);
    co_await sleep(1h);
    auto second = co_await merged.next();
    auto third = co_await merged.next();
    EXPECT_EQ(*second + *third, 101);
  }
  co_await sleep(1s);
  EXPECT_EQ(gone, 2);
}

EDDY_TEST(Merge, AnErrorComesOutAndEndsTheOthers) {
  int gone = 0;
  auto bad = []() -> AsyncGenerator<int> {
    co_await sleep(1s);
    co_yield 7;
    throw std::runtime_error("bad source");
  };
  auto merged = it::merge(ticks(1h, 10, 0, &gone), bad());
  auto first = co_await merged.next();
  EXPECT_EQ(first, 7);
  CO_ASSERT_THROW(co_await merged.next(), std::runtime_error);
  co_await sleep(1s);
  EXPECT_EQ(gone, 1);
  auto after = co_await merged.next();
  EXPECT_FALSE(after);
}

EDDY_TEST(Merge, CancelledInNextEndsItsSources) {
  int gone = 0;
  auto merged = it::merge(ticks(1h, 10, 0, &gone), ticks(1h, 10, 1, &gone));
  auto r = co_await try_for(merged.next(), 1s);
  EXPECT_FALSE(r);
  EXPECT_EQ(gone, 2);
  auto after = co_await outcome(merged.next());
  EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
}

}  // namespace
}  // namespace eddy

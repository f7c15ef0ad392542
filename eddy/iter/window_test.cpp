// SPDX-License-Identifier: MIT
#include "eddy/iter/window.h"

#include <ranges>
#include <stdexcept>
#include <vector>

#include "eddy/combine/outcome.h"
#include "eddy/iter/collect.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using Ints = std::vector<int>;
using Windows = std::vector<Ints>;

EDDY_TEST(Window, Slides) {
  auto all = co_await it::collect(std::views::iota(1, 6) | it::window(3));
  EXPECT_EQ(all, (Windows{{1, 2, 3}, {2, 3, 4}, {3, 4, 5}}));
  all = co_await it::collect(std::views::iota(1, 4) | it::window(1));
  EXPECT_EQ(all, (Windows{{1}, {2}, {3}}));
}

EDDY_TEST(Window, StepsBySeveral) {
  auto all = co_await it::collect(std::views::iota(0, 8) | it::window(3, 2));
  EXPECT_EQ(all, (Windows{{0, 1, 2}, {2, 3, 4}, {4, 5, 6}}));
  all = co_await it::collect(std::views::iota(0, 8) | it::window(2, 2));
  EXPECT_EQ(all, (Windows{{0, 1}, {2, 3}, {4, 5}, {6, 7}}));
  all = co_await it::collect(std::views::iota(0, 8) | it::window(2, 3));
  EXPECT_EQ(all, (Windows{{0, 1}, {3, 4}, {6, 7}}));
}

EDDY_TEST(Window, OfFewerItemsThanItHoldsIsNothing) {
  auto all = co_await it::collect(std::views::iota(0, 2) | it::window(3));
  EXPECT_TRUE(all.empty());
}

EDDY_TEST(Window, AConsumerMayKeepAndChangeWhatItGot) {
  auto pipeline = std::views::iota(0, 4) | it::window(2);
  auto first = co_await pipeline.next();
  CO_ASSERT_TRUE(first);
  first->assign(5, 7);
  auto second = co_await pipeline.next();
  EXPECT_EQ(second, (Ints{1, 2}));
}

EDDY_TEST(Window, RefusesWhatMakesNoSense) {
  EXPECT_THROW((void)it::window(0), RuntimeError);
  EXPECT_THROW((void)it::window(2, 0), RuntimeError);
  co_return;
}

EDDY_TEST(Window, AnErrorPasses) {
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    throw std::runtime_error("source");
  };
  auto pipeline = source() | it::window(1);
  co_await pipeline.next();
  auto failed = co_await outcome(pipeline.next());
  EXPECT_EQ(failed.message(), "source");
}

}  // namespace
}  // namespace eddy

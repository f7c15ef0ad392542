// SPDX-License-Identifier: MIT
#include "eddy/iter/pull.h"

#include <algorithm>
#include <list>
#include <ranges>
#include <sstream>
#include <type_traits>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/iter/async_generator.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

template <class S>
using pull_item_t = typename detail::Pull<detail::source_t<S>>::Item;

static_assert(std::is_same_v<pull_item_t<Ints&>, int&>, "elements that stay are passed as they are");
static_assert(std::is_same_v<pull_item_t<const std::list<int>&>, const int&>);
static_assert(std::is_same_v<pull_item_t<Ints>, int>);
static_assert(std::is_same_v<pull_item_t<AsyncGenerator<int&>>, int>, "references that do not are copied");
static_assert(std::is_same_v<pull_item_t<std::ranges::istream_view<int>>, int>);
static_assert(std::is_same_v<pull_item_t<Queue<int>&>, int>);

AsyncGenerator<int> ticks(int count) {
  for (int i = 0; i < count; ++i) {
    co_await sleep(1s);
    co_yield i;
  }
}

/// Three that pull, each slowly.
template <class S>
Task<Ints> pull_by_three(S&& source) {
  detail::Pull<detail::source_t<S>> pull(detail::as_source(std::forward<S>(source)));
  Ints all;
  auto worker = [&]() -> Task<> {
    while (auto item = co_await pull.next()) {
      co_await sleep(5s);
      all.push_back(*item);
    }
  };
  co_await gather(worker(), worker(), worker());
  co_return all;
}

EDDY_TEST(Pull, EachItemGoesToOneInTurn) {
  auto all = co_await pull_by_three(ticks(7));
  EXPECT_EQ(all, (Ints{0, 1, 2, 3, 4, 5, 6}));
}

EDDY_TEST(Pull, AnItemIsNotOverwrittenByTheNext) {
  std::istringstream text("1 2 3 4 5");
  auto all = co_await pull_by_three(std::views::istream<int>(text));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Ints{1, 2, 3, 4, 5}));
}

EDDY_TEST(Pull, WhoIsCancelledInTheLineLeavesIt) {
  auto source = ticks(3);
  detail::Pull<detail::source_t<AsyncGenerator<int>&>> pull(detail::as_source(source));
  auto late = [&]() -> Task<> {
    co_await sleep(100ms);
    auto in_time = co_await try_for(pull.next(), 500ms);
    EXPECT_FALSE(in_time.has_value());
  };
  auto both = co_await gather(pull.next(), late());
  EXPECT_EQ(both.first, 0);
  auto next = co_await pull.next();
  EXPECT_EQ(next, 1);
}

}  // namespace
}  // namespace eddy

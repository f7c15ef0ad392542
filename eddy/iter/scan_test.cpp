// SPDX-License-Identifier: MIT
#include "eddy/iter/scan.h"

#include <ranges>
#include <string>
#include <vector>

#include "eddy/iter/collect.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

EDDY_TEST(Scan, GivesRunningTotals) {
  auto sums = co_await it::collect(std::views::iota(1, 6) | it::scan(0, [](int a, int b) { return a + b; }));
  EXPECT_EQ(sums, (Ints{1, 3, 6, 10, 15}));
  sums = co_await it::collect(Ints() | it::scan(0, [](int a, int b) { return a + b; }));
  EXPECT_TRUE(sums.empty());
}

EDDY_TEST(Scan, AwaitsItsFunction) {
  auto add = [](std::string all, int n) -> Task<std::string> {
    co_await sleep(1s);
    co_return all + std::to_string(n);
  };
  auto texts = co_await it::collect(std::views::iota(1, 4) | it::scan(std::string("0"), add));
  EXPECT_EQ(texts, (std::vector<std::string>{"01", "012", "0123"}));
}

EDDY_TEST(Unique, DropsRepetitionsThatFollowEachOther) {
  const Ints numbers = {1, 1, 2, 2, 2, 1, 3, 3};
  auto all = co_await it::collect(numbers | it::unique());
  EXPECT_EQ(all, (Ints{1, 2, 1, 3}));
  const Ints same(5, 7);
  all = co_await it::collect(same | it::unique());
  EXPECT_EQ(all, Ints{7});
}

}  // namespace
}  // namespace eddy

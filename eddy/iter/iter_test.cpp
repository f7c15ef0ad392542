// SPDX-License-Identifier: MIT
#include "eddy/iter/iter.h"

#include <memory>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/outcome.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

AsyncGenerator<int> numbers(int end) {
  for (int i = 0; i < end; ++i) co_yield i;
}

AsyncGenerator<int> ticks(Duration every, int count, int first = 0) {
  for (int i = 0; i < count; ++i) {
    co_await sleep(every);
    co_yield first + i;
  }
}

Task<int> doubled_later(int i) {
  co_await sleep(1s);
  co_return i * 2;
}

EDDY_TEST(Pipeline, CollectsAGenerator) {
  auto all = co_await it::collect(numbers(3));
  EXPECT_EQ(all, (Ints{0, 1, 2}));
  auto generator = numbers(2);
  auto borrowed = co_await it::collect(generator);
  EXPECT_EQ(borrowed, (Ints{0, 1}));
}

EDDY_TEST(Pipeline, MapsWithPlainFunctionsAndAwaitables) {
  auto plain = co_await it::collect(numbers(3) | it::map([](int i) { return std::to_string(i); }));
  EXPECT_EQ(plain, (std::vector<std::string>{"0", "1", "2"}));
  auto start = now();
  auto awaited = co_await it::collect(numbers(3) | it::map(doubled_later));
  EXPECT_EQ(awaited, (Ints{0, 2, 4}));
  EXPECT_EQ(now() - start, 3s) << "one after the other";
}

EDDY_TEST(Pipeline, MapOfAFunctionWithoutResultGivesUnits) {
  int calls = 0;
  auto units = co_await it::collect(numbers(2) | it::map([&](int) { ++calls; }));
  EXPECT_EQ(units.size(), 2U);
  auto later = co_await it::collect(numbers(2) | it::map([&](int) -> Task<> {
                                      ++calls;
                                      co_return;
                                    }));
  EXPECT_EQ(later.size(), 2U);
  EXPECT_EQ(calls, 4);
}

EDDY_TEST(Pipeline, FiltersWithPlainAndAwaitablePredicates) {
  auto even = co_await it::collect(numbers(5) | it::filter([](int i) { return i % 2 == 0; }));
  EXPECT_EQ(even, (Ints{0, 2, 4}));
  auto odd = co_await it::collect(numbers(5) | it::filter([](int i) -> Task<bool> {
                                    co_await sleep(1s);
                                    co_return i % 2 == 1;
                                  }));
  EXPECT_EQ(odd, (Ints{1, 3}));
}

EDDY_TEST(Pipeline, TakesAndDrops) {
  auto generator = numbers(10);
  auto two = co_await it::collect(generator | it::take(2));
  EXPECT_EQ(two, (Ints{0, 1}));
  auto rest = co_await it::collect(generator | it::drop(1) | it::take_while([](int i) { return i < 6; }));
  EXPECT_EQ(rest, (Ints{3, 4, 5})) << "take does not ask for more than it gives";
  auto none = co_await it::collect(numbers(3) | it::take(0));
  EXPECT_TRUE(none.empty());
  auto beyond = co_await it::collect(numbers(3) | it::drop(5));
  EXPECT_TRUE(beyond.empty());
}

EDDY_TEST(Pipeline, DropWhileStopsDroppingAtTheFirstThatStays) {
  auto small = [](int i) { return i < 3; };
  const Ints all = {1, 2, 3, 1, 2};
  auto rest = co_await it::collect(all | it::drop_while(small));
  EXPECT_EQ(rest, (Ints{3, 1, 2}));
  auto none = co_await it::collect(all | it::drop_while([](int) -> Task<bool> { co_return true; }));
  EXPECT_TRUE(none.empty());
}

EDDY_TEST(Pipeline, Chunks) {
  auto chunks = co_await it::collect(numbers(5) | it::chunk(2));
  CO_ASSERT_EQ(chunks.size(), 3U);
  EXPECT_EQ(chunks[0], (Ints{0, 1}));
  EXPECT_EQ(chunks[2], (Ints{4}));
  auto none = co_await it::collect(numbers(0) | it::chunk(2));
  EXPECT_TRUE(none.empty());
  EXPECT_THROW((void)it::chunk(0), RuntimeError);
}

AsyncGenerator<int> three_and_an_error() {
  for (int i = 0; i < 3; ++i) co_yield i;
  throw std::runtime_error("no more");
}

EDDY_TEST(Pipeline, ChunksGiveWhatCameBeforeAnError) {
  auto chunks = three_and_an_error() | it::chunk(2);
  auto first = co_await chunks.next();
  auto second = co_await chunks.next();
  CO_ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, (Ints{0, 1}));
  EXPECT_EQ(*second, (Ints{2}));
  EXPECT_THROW(co_await chunks.next(), std::runtime_error);
}

EDDY_TEST(Pipeline, FlattensRangesAndGenerators) {
  auto ranges =
      co_await it::collect(numbers(4) | it::flat_map([](int i) { return Ints(static_cast<std::size_t>(i), i); }));
  EXPECT_EQ(ranges, (Ints{1, 2, 2, 3, 3, 3}));
  auto generators = co_await it::collect(numbers(4) | it::flat_map(numbers));
  EXPECT_EQ(generators, (Ints{0, 0, 1, 0, 1, 2}));
  auto awaited = co_await it::collect(numbers(3) | it::flat_map([](int i) -> Task<Ints> {
                                        co_await sleep(1s);
                                        co_return Ints(1, i);
                                      }));
  EXPECT_EQ(awaited, (Ints{0, 1, 2}));
}

EDDY_TEST(Pipeline, Enumerates) {
  auto words = std::vector<std::string>(2, "x");
  auto pairs = co_await it::collect(words | it::enumerate());
  CO_ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[1].index, 1U);
  EXPECT_EQ(&pairs[1].value, &words[1]) << "an lvalue range is used in place";
}

EDDY_TEST(Pipeline, ZipsUntilTheShortestEnds) {
  auto zipped = it::zip(numbers(3), ticks(1s, 2, 10));
  int pairs = 0;
  while (auto both = co_await zipped.next()) {
    EXPECT_EQ(both->first + 10, both->second);
    ++pairs;
  }
  EXPECT_EQ(pairs, 2);
  auto three = it::zip(numbers(3), Ints(1, 7), numbers(9));
  auto all = co_await it::collect(std::move(three));
  CO_ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].second, 7);
}

EDDY_TEST(Pipeline, Chains) {
  const Ints tail(2, 9);
  auto all = co_await it::collect(it::chain(numbers(2), tail, ticks(1s, 1, 5)));
  EXPECT_EQ(all, (Ints{0, 1, 9, 9, 5}));
}

EDDY_TEST(Pipeline, Folds) {
  auto sum = co_await it::fold(numbers(5), 100, [](int a, int b) { return a + b; });
  EXPECT_EQ(sum, 110);
  auto product = co_await it::reduce(numbers(5) | it::drop(1), [](int a, int b) -> Task<int> {
    co_await sleep(1s);
    co_return a* b;
  });
  EXPECT_EQ(product, 24);
  auto nothing = co_await it::reduce(numbers(0), [](int a, int) { return a; });
  EXPECT_FALSE(nothing);
  auto count = co_await it::count(numbers(7));
  EXPECT_EQ(count, 7U);
}

EDDY_TEST(Pipeline, FirstLeavesTheRest) {
  auto generator = numbers(3);
  auto first = co_await it::first(generator);
  EXPECT_EQ(first, 0);
  auto second = co_await it::first(generator);
  EXPECT_EQ(second, 1);
  auto none = co_await it::first(numbers(0));
  EXPECT_FALSE(none);
}

EDDY_TEST(Pipeline, ForEachAwaits) {
  auto start = now();
  int sum = 0;
  co_await it::for_each(numbers(3), [&](int i) -> Task<> {
    co_await sleep(1s);
    sum += i;
  });
  EXPECT_EQ(sum, 3);
  EXPECT_EQ(now() - start, 3s);
  co_await it::for_each(numbers(3), [&](int i) { sum += i; });
  EXPECT_EQ(sum, 6);
}

EDDY_TEST(Pipeline, StartsFromRanges) {
  Ints items(3, 4);
  co_await it::for_each(items, [](int& i) { ++i; });
  EXPECT_EQ(items, (Ints{5, 5, 5})) << "an lvalue range is used in place";
  auto kept = co_await it::collect(items | it::filter([](const int&) { return true; }));
  EXPECT_EQ(kept, items);
  auto counted = co_await it::collect(std::views::iota(0, 3) | it::map([](int i) { return i + 1; }));
  EXPECT_EQ(counted, (Ints{1, 2, 3}));
  std::set<int> sorted;
  sorted.insert(2);
  sorted.insert(1);
  auto from_set = co_await it::collect(std::move(sorted) | it::map([](int i) { return i; }));
  EXPECT_EQ(from_set, (Ints{1, 2}));
  std::vector<bool> bits(2, true);
  auto from_bits = co_await it::count(bits | it::filter([](bool b) { return b; }));
  EXPECT_EQ(from_bits, 2U);
}

EDDY_TEST(Pipeline, OwnsRvalueRangesAndMovesTheirElements) {
  std::vector<std::unique_ptr<int>> items;
  items.push_back(std::make_unique<int>(1));
  items.push_back(std::make_unique<int>(2));
  auto moved =
      co_await it::collect(std::move(items) | it::filter([](const std::unique_ptr<int>& p) { return *p == 2; }));
  CO_ASSERT_EQ(moved.size(), 1U);
  EXPECT_EQ(*moved[0], 2);
}

EDDY_TEST(Pipeline, AViewOfALvalueIsNotRobbed) {
  std::vector<std::string> words(2, "a word that is too long for the small string buffer");
  auto copies = co_await it::collect(std::views::all(words) | it::map([](std::string s) { return s; }));
  EXPECT_EQ(copies, words);
  EXPECT_FALSE(words[0].empty());
}

EDDY_TEST(Pipeline, StartsFromWhateverHasNext) {
  Queue<int> queue;
  queue.put_nowait(1);
  queue.put_nowait(2);
  queue.shutdown();
  auto queued = co_await it::collect(queue | it::map_async(doubled_later, 2));
  EXPECT_EQ(queued, (Ints{2, 4}));
  std::vector<Task<int>> tasks;
  tasks.push_back(doubled_later(1));
  tasks.push_back(doubled_later(2));
  auto completed = as_completed(std::move(tasks));
  auto values = co_await it::collect(completed | it::map([](Outcome<int> o) { return *o; }));
  CO_ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0] + values[1], 6);
  int array[] = {1, 2};
  auto from_array = co_await it::collect(array | it::map([](int& i) { return i * 2; }));
  EXPECT_EQ(from_array, (Ints{2, 4}));
}

EDDY_TEST(Pipeline, MapMayHandOutReferences) {
  struct User {
    std::string name;
  };
  std::vector<User> users(2);
  auto names = users | it::map([](User& user) -> std::string& { return user.name; });
  while (auto name = co_await names.next()) *name = "set";
  EXPECT_EQ(users[1].name, "set");
}

EDDY_TEST(Pipeline, StagesCompose) {
  auto stage = it::map([](int i) { return i + 1; }) | it::filter([](int i) { return i % 2 == 0; });
  auto once = co_await it::collect(numbers(4) | stage);
  auto twice = co_await it::collect(numbers(4) | stage | it::take(1));
  EXPECT_EQ(once, (Ints{2, 4}));
  EXPECT_EQ(twice, (Ints{2}));
}

EDDY_TEST(Pipeline, ErrorsComeOutAtTheEnd) {
  auto bad = [](int i) -> int {
    if (i == 2) throw std::runtime_error("two");
    return i;
  };
  auto pipeline = numbers(4) | it::map(bad) | it::filter([](int) { return true; });
  auto a = co_await pipeline.next();
  auto b = co_await pipeline.next();
  EXPECT_EQ(*a + *b, 1);
  CO_ASSERT_THROW(co_await pipeline.next(), std::runtime_error);
  auto after = co_await pipeline.next();
  EXPECT_FALSE(after);
}

EDDY_TEST(Pipeline, OneThatDropsEverythingCanBeCancelled) {
  auto forever = std::views::iota(0) | it::filter([](int) { return false; });
  auto r = co_await try_for(it::count(std::move(forever)), 0s);
  EXPECT_FALSE(r);
}

EDDY_TEST(Pipeline, CancelledInsideIsTornAsAWhole) {
  auto pipeline = ticks(1h, 5) | it::map([](int i) { return i; });
  auto r = co_await try_for(pipeline.next(), 1s);
  EXPECT_FALSE(r);
  auto after = co_await outcome(pipeline.next());
  EXPECT_TRUE(after.error_as<RuntimeError>()) << after.message();
}

}  // namespace
}  // namespace eddy

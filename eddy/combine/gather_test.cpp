// SPDX-License-Identifier: MIT
#include "eddy/combine/gather.h"

#include <list>
#include <memory>
#include <ranges>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

Task<std::unique_ptr<int>> boxed_after(Duration delay, int value) {
  co_await sleep(delay);
  co_return std::make_unique<int>(value);
}

EDDY_TEST(GatherTest, RunsAllAtOnceAndGivesResultsInOrder) {
  TimePoint begin = now();
  auto [a, b, c] = co_await gather(value_after(3s, 1), value_after(1s, 2), value_after(2s, 3));
  EXPECT_EQ((Ints{a, b, c}), (Ints{1, 2, 3}));
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(GatherTest, VoidBecomesUnitBesideOtherTypes) {
  auto [unit, text] = co_await gather(sleep(1s), [](std::string s) -> Task<std::string> { co_return s; }("x"));
  static_assert(std::is_same_v<decltype(unit), Unit>);
  EXPECT_EQ(text, "x");
}

EDDY_TEST(GatherTest, TakesUpToEightOfDifferentKinds) {
  auto r = co_await gather(value_after(1s, 1), sleep(1s), checkpoint(), value_after(0s, 4), sleep(2s), sleep(0s),
                           boxed_after(1s, 7), value_after(3s, 8));
  EXPECT_EQ(r.first + r.fourth + *r.seventh + r.eighth, 1 + 4 + 7 + 8);
}

EDDY_TEST(GatherTest, StartsItsArgumentsLeftToRight, Options{}.shuffle(false)) {
  Ints log;
  auto note = [&](int what) -> Task<> {
    log.push_back(what);
    co_return;
  };
  co_await gather(note(1), note(2), note(3));
  EXPECT_EQ(log, (Ints{1, 2, 3}));
}

EDDY_TEST(GatherTest, ARangeGivesAVector) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(value_after(std::chrono::seconds(5 - i), i));
  std::vector<int> values = co_await gather(std::move(tasks));
  EXPECT_EQ(values, (Ints{0, 1, 2, 3, 4}));
}

EDDY_TEST(GatherTest, OtherContainersWorkToo) {
  std::list<Task<>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back([]() -> Task<> { co_await sleep(1s); }());
  std::vector<Unit> units = co_await gather(std::move(tasks));
  EXPECT_EQ(units.size(), 3u);
}

EDDY_TEST(GatherTest, AnEmptyRangeGivesAnEmptyVectorAtOnce) {
  std::vector<Task<int>> none;
  EXPECT_TRUE((co_await gather(std::move(none))).empty());
  std::vector<Task<int>> no_more;
  EXPECT_TRUE((co_await gather(return_exceptions, std::move(no_more))).empty());
}

// The tour's comprehension.
EDDY_TEST(GatherTest, AViewIsEvaluatedWhenTheGatherStarts) {
  Ints ids{1, 2, 3};
  int calls = 0;
  auto fetch = [&](int id) {
    ++calls;
    return value_after(1s, id * id);
  };
  auto gathering = gather(ids | std::views::transform(fetch));
  EXPECT_EQ(calls, 0);
  auto bodies = co_await std::move(gathering);
  EXPECT_EQ(bodies, (Ints{1, 4, 9}));
}

EDDY_TEST(GatherTest, HandlesKeepTheirResults) {
  std::vector<TaskHandle<std::string>> handles;
  for (const char* text : {"a", "b"}) {
    handles.push_back(create_task([](std::string s) -> Task<std::string> { co_return s; }, text));
  }
  auto values = co_await gather(handles);
  EXPECT_EQ(values, (Texts{"a", "b"}));
  EXPECT_EQ(handles[1].result(), "b");
}

EDDY_TEST(GatherTest, DuplicateHandlesAreWaitedForTwice) {
  auto h = create_task(value_after, 1s, 4);
  auto [a, b] = co_await gather(h, h);
  EXPECT_EQ(a + b, 8);
}

EDDY_TEST(GatherTest, AHandleThatIsDoneIsFine) {
  auto h = create_task(value_after, 0s, 4);
  co_await h;
  auto [a, b] = co_await gather(h, value_after(1s, 1));
  EXPECT_EQ(a + b, 5);
}

EDDY_TEST(GatherTest, MoveOnlyResults) {
  auto [a, b] = co_await gather(boxed_after(2s, 1), boxed_after(1s, 2));
  EXPECT_EQ(*a + *b, 3);
  std::vector<Task<std::unique_ptr<int>>> tasks;
  tasks.push_back(boxed_after(1s, 3));
  auto all = co_await gather(std::move(tasks));
  EXPECT_EQ(*all.at(0), 3);
}

// 3b §1.18: an lvalue handle gives a reference, an rvalue the value.
EDDY_TEST(GatherTest, MoveOnlyResultsOfHandles) {
  auto kept = create_task(boxed_after, 1s, 1);
  auto given = create_task(boxed_after, 1s, 2);
  auto [a, b] = co_await gather(kept, std::move(given));
  EXPECT_EQ(&a, &kept.result());
  EXPECT_EQ(*b, 2);
}

EDDY_TEST(GatherTest, ReferenceResults) {
  int x = 1, y = 2;
  auto refer = [](int& to) -> Task<int&> {
    co_await checkpoint();
    co_return to;
  };
  auto [a, b] = co_await gather(refer(x), refer(y));
  EXPECT_EQ(&a, &x);
  EXPECT_EQ(&b, &y);
  auto [c] = co_await gather(return_exceptions, refer(x));
  EXPECT_EQ(&c.value(), &x);
}

EDDY_TEST(GatherTest, CopiesNothingOnTheWay) {
  test::Counters counts;
  auto make = [&](int value) -> Task<test::Tracked> {
    co_await checkpoint();
    co_return test::Tracked(counts, value);
  };
  {
    auto [a, b] = co_await gather(make(1), make(2));
    EXPECT_EQ(a.value() + b.value(), 3);
    EXPECT_EQ(counts.alive(), 2);
  }
  EXPECT_EQ(counts.copies, 0);
}

// 3b §1.21
EDDY_TEST(GatherTest, ABranchIsPartOfTheTaskThatGathers) {
  AnyTask whole = current_task();
  auto same = [&]() -> Task<bool> {
    co_await checkpoint();
    co_return current_task() == whole;
  };
  auto [a, b] = co_await gather(same(), same());
  EXPECT_TRUE(a && b);
}

EDDY_TEST(GatherTest, NestsAndGathersWhatIsReadyAtOnce) {
  auto [a, b] = co_await gather(gather(value_after(1s, 1), value_after(2s, 2)), []() -> Task<int> { co_return 3; }());
  EXPECT_EQ(a.first + a.second + b, 6);
}

EDDY_TEST(GatherTest, AHundredThousandTasks) {
  constexpr int kMany = 100'000;
  auto values =
      co_await gather(std::views::iota(0, kMany) | std::views::transform([](int i) { return value_after(1s, i); }));
  CO_ASSERT_EQ(values.size(), std::size_t{kMany});
  EXPECT_EQ(values.back(), kMany - 1);
}

}  // namespace
}  // namespace eddy

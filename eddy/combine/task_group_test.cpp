// SPDX-License-Identifier: MIT
#include "eddy/combine/task_group.h"

#include <memory>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(TaskGroupTest, EndsWhenBodyAndEveryChildHaveEnded) {
  Ints log;
  TimePoint begin = now();
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.create_task(append_after(2s, log, 2));
    tg.create_task(append_after(1s, log, 1));
    co_await sleep(500ms);
    log.push_back(0);
  });
  EXPECT_EQ(log, (Ints{0, 1, 2}));
  EXPECT_EQ(now() - begin, 2s);
}

EDDY_TEST(TaskGroupTest, GivesWhatTheBodyReturns) {
  EXPECT_EQ(co_await task_group([](TaskGroup&) { return 5; }), 5);
  EXPECT_EQ(co_await task_group([](TaskGroup&) { return value_after(1s, 6); }), 6);
  auto moved =
      co_await task_group([](TaskGroup&) -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); });
  EXPECT_EQ(*moved, 7);
  int number = 8;
  int& reference = co_await task_group([&](TaskGroup&) -> Task<int&> { co_return number; });
  EXPECT_EQ(&reference, &number);
  co_await task_group([](TaskGroup&) {});
}

// The tour's form.
EDDY_TEST(TaskGroupTest, HandlesOfItsTasksHaveTheirResultsAfterwards) {
  Ints delays{3, 1, 2};
  auto fetch = [](int delay) -> Task<int> { return value_after(std::chrono::seconds(delay), delay * 10); };
  auto tasks = co_await task_group([&](TaskGroup& tg) { return tg.create_tasks(fetch, delays); });
  Ints results;
  for (auto& t : tasks) results.push_back(t.result());
  EXPECT_EQ(results, (Ints{30, 10, 20}));
}

EDDY_TEST(TaskGroupTest, AHandleMayBeAwaitedInTheBody) {
  int sum = co_await task_group([&](TaskGroup& tg) -> Task<int> {
    auto a = tg.create_task(value_after, 2s, 1);
    auto b = tg.create_task(value_after(1s, 2));
    int first = co_await a;
    int second = co_await b;
    co_return first + second;
  });
  EXPECT_EQ(sum, 3);
}

// 3b §1.3: a child never starts before its creator suspends, so its handle has been assigned.
EDDY_TEST(TaskGroupTest, AChildStartsOnlyWhenItsCreatorSuspends, Options{}.shuffle(false)) {
  TaskHandle<> child;
  bool assigned = false;
  co_await task_group([&](TaskGroup& tg) {
    child = tg.create_task([&]() -> Task<> {
      assigned = static_cast<bool>(child);
      co_return;
    });
  });
  EXPECT_TRUE(assigned);
}

EDDY_TEST(TaskGroupTest, ChildrenStartInOrderAndBeforeWhatWasReadyEarlier, Options{}.shuffle(false)) {
  Ints log;
  auto note = [&](int what) -> Task<> {
    log.push_back(what);
    co_return;
  };
  auto earlier = create_task([&]() -> Task<> {
    co_await checkpoint();
    log.push_back(9);
  });
  co_await checkpoint();
  co_await task_group([&](TaskGroup& tg) {
    for (int i = 0; i < 3; ++i) tg.create_task(note, i);
  });
  EXPECT_EQ(log, (Ints{0, 1, 2}));
  co_await earlier;
}

EDDY_TEST(TaskGroupTest, AChildMaySpawnIntoItsGroup) {
  Ints log;
  co_await task_group([&](TaskGroup& tg) {
    tg.create_task([&]() -> Task<> {
      co_await sleep(1s);
      tg.create_task(append_after(1s, log, 2));
      log.push_back(1);
    });
  });
  EXPECT_EQ(log, (Ints{1, 2}));
}

EDDY_TEST(TaskGroupTest, StoresCallableAndArgumentsWhileTheChildRuns) {
  test::Counters counts;
  co_await task_group([&](TaskGroup& tg) {
    test::Tracked item(counts, 4);
    tg.create_task(
        [](const test::Tracked& kept) -> Task<> {
          co_await sleep(1s);
          EXPECT_EQ(kept.value(), 4);
        },
        std::move(item));
  });
  EXPECT_EQ(counts.copies, 0);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(TaskGroupTest, TakesAnyAwaitableAsAChild) {
  TimePoint begin = now();
  co_await task_group([&](TaskGroup& tg) {
    tg.create_task(sleep, 2s);
    tg.create_task(sleep(1s));
    tg.create_task(wait_for(sleep(3s), 4s));
  });
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(TaskGroupTest, AnEmptyGroupEndsAtOnce) {
  TimePoint begin = now();
  bool other_ran = false;
  auto other = create_task([&]() -> Task<> {
    other_ran = true;
    co_return;
  });
  co_await task_group([](TaskGroup&) {});
  EXPECT_FALSE(other_ran);  // no suspension either
  EXPECT_EQ(now(), begin);
  co_await other;
}

EDDY_TEST(TaskGroupTest, SizeCountsChildrenThatHaveNotEnded) {
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    EXPECT_EQ(tg.size(), 0u);
    tg.create_task(sleep, 1s);
    tg.create_task(sleep, 3s);
    EXPECT_EQ(tg.size(), 2u);
    co_await sleep(2s);
    EXPECT_EQ(tg.size(), 1u);
  });
}

EDDY_TEST(TaskGroupTest, NestsWithEachLevelEndingAfterItsChildren) {
  Ints log;
  co_await task_group([&](TaskGroup& outer) -> Task<> {
    outer.create_task(append_after(3s, log, 3));
    co_await task_group([&](TaskGroup& inner) {
      inner.create_task(append_after(1s, log, 1));
      inner.create_task(append_after(2s, log, 2));
    });
    EXPECT_EQ(log, (Ints{1, 2}));
  });
  EXPECT_EQ(log, (Ints{1, 2, 3}));
}

EDDY_TEST(TaskGroupTest, ManyChildrenInOneGroup) {
  int count = 0;
  co_await task_group([&](TaskGroup& tg) {
    for (int i = 0; i < 10'000; ++i) {
      tg.create_task(
          [&](int delay) -> Task<> {
            co_await sleep(std::chrono::milliseconds(delay));
            ++count;
          },
          i % 7);
    }
  });
  EXPECT_EQ(count, 10'000);
}

EDDY_TEST(TaskGroupTest, AChildSeesItsGroupAsPartOfTheTaskThatOpenedIt) {
  AnyTask opener = current_task();
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    EXPECT_EQ(current_task(), opener);  // the body is no task of its own
    auto child = tg.create_task([&]() -> Task<bool> { co_return current_task() != opener; });
    EXPECT_TRUE(co_await child);
  });
}

}  // namespace
}  // namespace eddy

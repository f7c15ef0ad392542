// SPDX-License-Identifier: MIT
//
// Combinators inside combinators, deep and wide; everything cancelled at odd moments.
#include <memory>
#include <optional>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

// 3b §2
EDDY_TEST(CompositionTest, AShieldedGatherInATimeout) {
  auto f = []() -> Task<int> {
    co_await sleep(2s);
    co_return 1;
  };
  auto in_time = co_await wait_for(shield(gather(sleep(1s), f())), 5s);
  EXPECT_EQ(in_time.second, 1);
  auto late = co_await wait_for(shield(gather(sleep(9s), f())), 5s);  // delayed, and then it has a value
  EXPECT_EQ(late.second, 1);
}

EDDY_TEST(CompositionTest, ARaceOfGathersOfTimeouts) {
  bool slow = false;
  auto winner = co_await race(gather(wait_long(slow), sleep(1s)), gather(value_after(1s, 1), value_after(2s, 2)));
  static_assert(std::is_same_v<decltype(winner), std::variant<Gathered<int, Unit>, Gathered<int, int>>>);
  EXPECT_EQ(std::get<1>(winner).second, 2);
  EXPECT_TRUE(slow);
}

EDDY_TEST(CompositionTest, AnOutcomeOfARaceOfGroupsInAFinally) {
  Ints log;
  auto group = [&](int id) {
    return [&log, id](TaskGroup& tg) -> Task<int> {
      tg.create_task(append_after, std::chrono::seconds(id), std::ref(log), id);
      co_return id;
    };
  };
  auto one = group(1), two = group(2);
  auto r =
      co_await finally(outcome(race(task_group(std::ref(one)), task_group(std::ref(two)))), [&] { log.push_back(9); });
  EXPECT_EQ(r.value(), 1);
  EXPECT_EQ(log, (Ints{1, 9}));
}

EDDY_TEST(CompositionTest, OperationsMayBeNamedFirstAndMoved) {
  auto inner = gather(value_after(1s, 1), sleep(2s));
  auto outer = wait_for(std::move(inner), 5s);
  auto boxed = std::make_unique<decltype(outer)>(std::move(outer));
  EXPECT_EQ((co_await std::move(*boxed)).first, 1);
}

EDDY_TEST(CompositionTest, WhatIsNeverAwaitedIsDestroyed) {
  test::Counters counts;
  auto hold = [](test::Tracked) -> Task<> { co_await sleep(1h); };
  {
    auto unused = gather(hold(test::Tracked(counts)), shield(hold(test::Tracked(counts))));
    auto other = race(wait_for(hold(test::Tracked(counts)), 1s), outcome(hold(test::Tracked(counts))));
  }
  EXPECT_EQ(counts.alive(), 0);
  co_return;
}

Task<int> nested_groups(int depth) {
  if (depth == 0) {
    co_await sleep(1s);
    co_return 0;
  }
  TaskHandle<int> below;
  co_await task_group([&](TaskGroup& tg) { below = tg.create_task(nested_groups, depth - 1); });
  co_return below.result() + 1;
}

// 3b §1.3, §2
EDDY_TEST(CompositionTest, AHundredThousandNestedGroupsRun) { EXPECT_EQ(co_await nested_groups(100'000), 100'000); }

EDDY_TEST(CompositionTest, AHundredThousandNestedGroupsAreCancelled) {
  auto r = co_await outcome(wait_for(nested_groups(100'000), 500ms));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
}

Task<int> nested_awaits(int depth) {
  if (depth > 0) co_return co_await nested_awaits(depth - 1) + 1;
  co_await sleep(1s);
  co_return 0;
}

EDDY_TEST(CompositionTest, AHundredThousandNestedAwaitsRunAndAreCancelled) {
  EXPECT_EQ(co_await nested_awaits(100'000), 100'000);
  auto r = co_await outcome(wait_for(nested_awaits(100'000), 500ms));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
}

Task<int> nested_combinators(int depth) {
  if (depth == 0) co_return co_await value_after(1s, 0);
  switch (depth % 4) {
    case 0:
      co_return co_await shield(nested_combinators(depth - 1));
    case 1:
      co_return co_await wait_for(nested_combinators(depth - 1), 1h);
    case 2:
      co_return co_await finally(nested_combinators(depth - 1), [] {});
    default:
      co_return co_await race(nested_combinators(depth - 1), value_after(2h, 1));
  }
}

EDDY_TEST(CompositionTest, TwentyThousandNestedCombinatorsOfAllKinds) {
  EXPECT_EQ(co_await nested_combinators(20'000), 0);
}

EDDY_TEST(CompositionTest, ABinaryTreeOfTasksIsCancelledAsOne) {
  int alive = 0;
  struct Tree {
    static Task<> grow(int& alive, int depth) {
      struct Count {
        int& n;
        explicit Count(int& c) : n(c) { ++n; }
        ~Count() { --n; }
      } count(alive);
      co_await task_group([&](TaskGroup& tg) -> Task<> {
        if (depth > 0) {
          tg.create_task(grow, std::ref(alive), depth - 1);
          tg.create_task(grow, std::ref(alive), depth - 1);
        }
        co_await sleep(1h);
      });
    }
  };
  auto task = create_task(Tree::grow, std::ref(alive), 14);
  co_await sleep(1s);
  EXPECT_EQ(alive, (1 << 15) - 1);
  co_await cancel_and_wait(task);
  EXPECT_EQ(alive, 0);
}

EDDY_TEST(CompositionTest, AYieldStormStarvesNobody) {
  bool stop = false;
  TimePoint begin = now();
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    for (int i = 0; i < 100; ++i) {
      tg.create_task([&]() -> Task<> {
        while (!stop) co_await checkpoint();
      });
    }
    for (int i = 0; i < 20; ++i) co_await checkpoint();
    stop = true;
  });
  EXPECT_EQ(now(), begin);
}

EDDY_TEST(CompositionTest, DestructorsInATeardownMaySpawnCancelAndSetEvents) {
  // 3b §1.24
  struct Busy {
    Event& event;
    TaskHandle<>& other;
    TaskHandle<int>& spawned;
    ~Busy() {
      event.set();
      other.cancel();
      spawned = create_task(value_after, 1s, 8);
      current_task().cancel();
    }
  };
  Event event;
  TaskHandle<int> spawned;
  auto other = create_task(sleep, 1h);
  auto task = create_task([&]() -> Task<> {
    Busy busy{event, other, spawned};
    co_await gather(sleep(1h), wait_for(sleep(1h), 2h));
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(event.is_set());
  co_await wait(other);
  EXPECT_TRUE(other.cancelled());
  EXPECT_EQ(co_await spawned, 8);
}

// Each of these is cancelled before it starts, at once, and in the turn in which it would have ended.
EDDY_TEST(CompositionTest, EveryCombinatorCancelledAtEveryMoment) {
  auto all = [](int kind) -> Task<> {
    switch (kind) {
      case 0:
        co_await gather(sleep(1s), sleep(2s));
        break;
      case 1:
        co_await race(sleep(1s), sleep(2s));
        break;
      case 2:
        co_await shield(sleep(1s));
        break;
      case 3:
        co_await finally(sleep(1s), [] { return sleep(1s); });
        break;
      case 4:
        co_await task_group([](TaskGroup& tg) { tg.create_task(sleep, 1s); });
        break;
      case 5:
        co_await try_for(sleep(2s), 1s);
        break;
      case 6: {
        std::vector<Task<int>> tasks;
        tasks.push_back(value_after(1s, 1));
        tasks.push_back(value_after(2s, 2));
        auto completed = as_completed(std::move(tasks));
        while (auto next = co_await completed.next()) {
        }
        break;
      }
      default: {
        auto h = create_task(value_after, 1s, 1);
        co_await wait(h);
      }
    }
  };
  for (int kind = 0; kind < 8; ++kind) {
    for (Duration moment :
         {Duration(-1s), Duration(0s), Duration(500ms), Duration(1s), Duration(1500ms), Duration(2s)}) {
      auto task = create_task(all, kind);
      if (moment >= Duration(0s)) co_await sleep(moment);
      task.cancel();
      co_await wait(task);
      EXPECT_TRUE(task.cancelled() || task.exception() == nullptr) << kind;
      co_await sleep(3s);
    }
  }
}

EDDY_TEST(CompositionTest, AnOperationIsAwaitedOnce) {
  auto refused = [](auto& operation) -> Task<> {
    co_await operation;
    try {
      co_await operation;
      ADD_FAILURE() << "awaited twice";
    } catch (const RuntimeError&) {
    }
  };
  auto nap = sleep(1s);
  co_await refused(nap);
  auto both = gather(sleep(1s), sleep(1s));
  co_await refused(both);
  auto first = race(sleep(1s), sleep(2s));
  co_await refused(first);
  auto limited = wait_for(sleep(1s), 2s);
  co_await refused(limited);
  auto group = task_group([](TaskGroup&) {});
  co_await refused(group);
}

}  // namespace
}  // namespace eddy

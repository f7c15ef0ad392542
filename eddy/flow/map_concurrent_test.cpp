// SPDX-License-Identifier: MIT
#include "eddy/flow/map_concurrent.h"

#include <algorithm>
#include <list>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/race.h"
#include "eddy/combine/shield.h"
#include "eddy/core/frame_memory.h"
#include "eddy/flow/progress_screen_test.h"
#include "eddy/iter/async_generator.h"
#include "eddy/iter/gauge_test.h"
#include "eddy/iter/map.h"
#include "eddy/sync/event.h"
#include "eddy/sync/queue.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

using Gauge = iter_test::Gauge<10>;
using iter_test::ticks;
using iter_test::up_to;

EDDY_TEST(MapConcurrent, KeepsTheOrderAndTheBound) {
  Gauge gauge;
  auto start = now();
  auto results = co_await map_concurrent(up_to(10), [&](int i) { return gauge.work(i, 1s * (10 - i)); }, 3);
  EXPECT_EQ(results, (Ints{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
  EXPECT_EQ(gauge.most, 3);
  EXPECT_LT(now() - start, 25s);
}

EDDY_TEST(MapConcurrent, TheContractExample) {
  auto process = [](const std::string& item) -> Task<std::size_t> {
    co_await sleep(100ms);
    co_return item.size();
  };
  const std::vector<std::string> items = {"a", "bb", "ccc"};
  auto results = co_await map_concurrent(items, process, 10);
  EXPECT_EQ(results, (std::vector<std::size_t>{1, 2, 3}));
}

EDDY_TEST(MapConcurrent, OfNothingIsNothing) {
  auto twice = [](int i) -> Task<int> { co_return 2 * i; };
  auto results = co_await map_concurrent(Ints(), twice, 3);
  EXPECT_TRUE(results.empty());
  results = co_await map_concurrent(ticks(1s, 0), twice, 3);
  EXPECT_TRUE(results.empty());
}

EDDY_TEST(MapConcurrent, CallsMayBeReadyAtOnceOrReturnNothing) {
  auto ready = co_await map_concurrent(up_to(300), [](int i) -> Task<int> { co_return i; }, 4);
  EXPECT_EQ(ready, up_to(300));
  int calls = 0;
  auto touch = [&](int) -> Task<> {
    ++calls;
    co_return;
  };
  co_await map_concurrent(up_to(5), touch, 2);
  co_await for_each_concurrent(up_to(5), touch, 2);
  EXPECT_EQ(calls, 10);
}

EDDY_TEST(MapConcurrent, ReadyCallsLetOthersRun) {
  bool others = false;
  bool ran_meanwhile = false;
  auto look = [&](int) -> Task<> {
    ran_meanwhile = ran_meanwhile || others;
    co_return;
  };
  auto other = [&]() -> Task<> {
    co_await checkpoint();
    others = true;
  };
  co_await gather(for_each_concurrent(up_to(1000), look, 2), other());
  EXPECT_TRUE(ran_meanwhile);
}

EDDY_TEST(MapConcurrent, ForEachDiscardsResults) {
  Gauge gauge;
  co_await for_each_concurrent(up_to(10), [&](int i) { return gauge.work(i, 1s); }, 3);
  EXPECT_EQ(gauge.ended, 10);
  EXPECT_EQ(gauge.most, 3);
}

EDDY_TEST(MapConcurrent, TakesAnyRange) {
  auto same = [](int i) -> Task<int> { co_return i; };
  int array[] = {1, 2, 3};
  auto results = co_await map_concurrent(array, same, 2);
  EXPECT_EQ(results, (Ints{1, 2, 3}));
  std::list<int> list(3, 7);
  results = co_await map_concurrent(list, same, 2);
  EXPECT_EQ(results, (Ints{7, 7, 7}));
  results = co_await map_concurrent(std::views::iota(0, 5), same, 2);
  EXPECT_EQ(results, up_to(5));
  std::vector<bool> bits(3, true);
  auto copies = co_await map_concurrent(bits, [](bool bit) -> Task<bool> { co_return bit; }, 2);
  EXPECT_EQ(copies, bits);
}

EDDY_TEST(MapConcurrent, UsesAnLvalueInPlaceAndMovesFromAnRvalue) {
  test::Counters counts;
  {
    std::vector<test::Tracked> items;
    items.reserve(5);
    for (int i = 0; i < 5; ++i) items.emplace_back(counts, i);
    auto look = [](const test::Tracked& item) -> Task<int> {
      co_await sleep(1s);
      co_return item.value();
    };
    auto seen = co_await map_concurrent(items, look, 2);
    EXPECT_EQ(seen, up_to(5));
    EXPECT_EQ(counts.copies + counts.moves, 0);
    seen = co_await map_concurrent(std::move(items), look, 2);
    EXPECT_EQ(seen, up_to(5));
    EXPECT_EQ(counts.copies, 0);
  }
}

EDDY_TEST(MapConcurrent, MayChangeTheElementsOfAnLvalue) {
  Ints numbers = {1, 2, 3};
  auto twice = [](int& i) -> Task<> {
    co_await sleep(1s);
    i *= 2;
  };
  co_await map_concurrent(numbers, twice, 2);
  EXPECT_EQ(numbers, (Ints{2, 4, 6}));
}

EDDY_TEST(MapConcurrent, ItemsAndResultsMayOnlyMove) {
  std::vector<std::unique_ptr<int>> items;
  for (int i = 0; i < 5; ++i) items.push_back(std::make_unique<int>(i));
  auto pass = [](std::unique_ptr<int> item) -> Task<std::unique_ptr<int>> {
    co_await sleep(1s * (5 - *item));
    co_return item;
  };
  auto results = co_await map_concurrent(std::move(items), pass, 5);
  CO_ASSERT_EQ(results.size(), 5U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(*results[static_cast<std::size_t>(i)], i);
}

EDDY_TEST(MapConcurrent, TakesAGeneratorAndPullsOnlyWhatItCanStart) {
  int made = 0;
  auto source = [&]() -> AsyncGenerator<int> {
    for (; made < 9; ++made) {
      co_yield made;
    }
  };
  Gauge gauge;
  auto results = co_await map_concurrent(
      source(),
      [&](int i) {
        EXPECT_LE(made - gauge.ended, 3);
        return gauge.work(i, 1s);
      },
      3);
  EXPECT_EQ(results.size(), 9U);
  EXPECT_EQ(gauge.most, 3);
}

EDDY_TEST(MapConcurrent, TakesAPipelineAndAQueue) {
  auto plus_one = [](int i) { return i + 1; };
  auto twice = [](int i) -> Task<int> {
    co_await sleep(1s);
    co_return 2 * i;
  };
  auto results = co_await map_concurrent(ticks(1s, 3) | iter::map(plus_one), twice, 2);
  EXPECT_EQ(results, (Ints{2, 4, 6}));
  Queue<int> queue;
  for (int i = 0; i < 5; ++i) queue.put_nowait(i);
  queue.shutdown();
  results = co_await map_concurrent(queue, twice, 2);
  EXPECT_EQ(results, (Ints{0, 2, 4, 6, 8}));
}

EDDY_TEST(MapConcurrent, CopiesReferencesThatDoNotStay) {
  auto source = []() -> AsyncGenerator<int&> {
    for (int i = 0; i < 3; ++i) co_yield i;
  };
  auto later = [](int i) -> Task<int> {
    co_await sleep(1s);
    co_return i;
  };
  auto results = co_await map_concurrent(source(), later, 3);
  EXPECT_EQ(results, up_to(3));
}

EDDY_TEST(MapConcurrent, ALimitFarBeyondTheItemsCostsNothing) {
  Gauge gauge;
  auto before = frame_stats().allocated;
  co_await map_concurrent(up_to(3), [&](int i) { return gauge.work(i, 1s); }, std::size_t{1} << 60);
  EXPECT_EQ(gauge.most, 3);
  EXPECT_LT(frame_stats().allocated - before, 20U);
}

EDDY_TEST(MapConcurrent, TheFirstErrorCancelsTheRestAndIsThrown) {
  Gauge gauge;
  int begun = 0;
  auto work = [&](int i) -> Task<int> {
    ++begun;
    if (i == 3) {
      co_await sleep(1s);
      throw std::runtime_error("three");
    }
    co_return co_await gauge.work(i, i < 3 ? 0s : 1h);
  };
  auto start = now();
  auto failed = co_await outcome(map_concurrent(up_to(100), work, 4));
  EXPECT_EQ(failed.message(), "three");
  EXPECT_EQ(now() - start, 1s);
  EXPECT_EQ(gauge.running, 0);
  EXPECT_EQ(begun, 7);
}

EDDY_TEST(MapConcurrent, ItWaitsForTheOthersBeforeItThrows) {
  auto work = [](int i) -> Task<> {
    if (i == 1) throw std::runtime_error("one");
    (void)co_await outcome(sleep(1h));
    co_await shield(sleep(5s));
  };
  auto start = now();
  auto failed = co_await outcome(map_concurrent(up_to(100), work, 2));
  EXPECT_EQ(failed.message(), "one");
  EXPECT_EQ(now() - start, 5s) << "who ignores the cancellation is not given another item";
}

EDDY_TEST(MapConcurrent, LaterErrorsGoToTheHandler) {
  auto work = [](int i) -> Task<> {
    (void)co_await outcome(sleep(1s * (i + 1)));
    throw std::runtime_error(std::to_string(i));
  };
  auto failed = co_await outcome(map_concurrent(up_to(3), work, 3));
  EXPECT_EQ(failed.message(), "0");
  EXPECT_EQ(test::lost_errors().size(), 2U);
}

EDDY_TEST(MapConcurrent, AFunctionMayThrowInsteadOfReturningATask) {
  auto same = [](int i) -> Task<int> { co_return i; };
  auto refuse = [&](int i) {
    if (i == 1) throw std::runtime_error("one");
    return same(i);
  };
  auto failed = co_await outcome(map_concurrent(up_to(3), refuse, 2));
  EXPECT_EQ(failed.message(), "one");
  auto all = co_await map_concurrent(return_exceptions, up_to(3), refuse, 2);
  CO_ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].message(), "one");
}

EDDY_TEST(MapConcurrent, AnErrorOfTheSourceIsThrown) {
  Gauge gauge;
  auto source = []() -> AsyncGenerator<int> {
    co_yield 1;
    co_await sleep(1s);
    throw std::runtime_error("source");
  };
  auto failed =
      co_await outcome(map_concurrent(return_exceptions, source(), [&](int i) { return gauge.work(i, 1h); }, 3));
  EXPECT_EQ(failed.message(), "source");
  EXPECT_EQ(gauge.running, 0);
}

EDDY_TEST(MapConcurrent, ReturnExceptionsGivesOutcomes) {
  auto work = [](int i) -> Task<int> {
    co_await sleep(1s * (5 - i));
    if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
    co_return i;
  };
  auto all = co_await map_concurrent(return_exceptions, up_to(5), work, 3);
  CO_ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(*all[4], 4);
  EXPECT_EQ(all[3].message(), "3");
  EXPECT_EQ(*all[0] + *all[2], 2);
  EXPECT_FALSE(all[1].has_value());
}

EDDY_TEST(MapConcurrent, ReturnExceptionsOfNothings) {
  auto work = [](int i) -> Task<> {
    co_await sleep(1s);
    if (i == 1) throw std::runtime_error("one");
  };
  auto all = co_await map_concurrent(return_exceptions, up_to(3), work, 3);
  CO_ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].has_value());
  EXPECT_FALSE(all[1].has_value());
}

EDDY_TEST(MapConcurrent, SomebodyElsesCancellationIsAnError) {
  auto other = create_task([]() -> Task<int> {
    co_await sleep(1h);
    co_return 1;
  });
  other.cancel();
  auto all = co_await map_concurrent(return_exceptions, up_to(1), [&](int) { return other; }, 1);
  CO_ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].cancelled());
  EXPECT_TRUE(all[0].error_as<TaskCancelled>());
}

EDDY_TEST(MapConcurrent, CancelledItEndsAfterItsCalls) {
  Gauge gauge;
  auto clean_slowly = [&](int i) -> Task<int> {
    auto r = co_await outcome(gauge.work(i, 1h));
    co_await shield(sleep(5s));
    co_return r.cancelled() ? 0 : 1;
  };
  auto task = create_task([&]() -> Task<> { co_await map_concurrent(up_to(100), clean_slowly, 3); });
  co_await sleep(1s);
  EXPECT_EQ(gauge.running, 3);
  auto start = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(now() - start, 5s);
  EXPECT_EQ(gauge.ended, 3) << "who ignores the cancellation is not given another item";
}

EDDY_TEST(MapConcurrent, CancelledWithErrorsKept) {
  Gauge gauge;
  auto in_time = co_await try_for(
      map_concurrent(return_exceptions, up_to(9), [&](int i) { return gauge.work(i, 1s); }, 2), 2500ms);
  EXPECT_FALSE(in_time.has_value());
  EXPECT_EQ(gauge.ended, 6);
}

EDDY_TEST(MapConcurrent, ACancellationThatWasRaisedIsNoError) {
  auto raise = [](int) { return raising(sleep(1h)); };
  auto in_time = co_await try_for(map_concurrent(return_exceptions, up_to(1), raise, 1), 1s);
  EXPECT_FALSE(in_time.has_value());
}

EDDY_TEST(MapConcurrent, CancelledBeforeItStarts) {
  Gauge gauge;
  auto task = create_task([&]() -> Task<> {
    (void)co_await outcome(sleep(1h));
    co_await map_concurrent(up_to(9), [&](int i) { return gauge.work(i, 1s); }, 2);
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(gauge.ended, 0);
}

EDDY_TEST(MapConcurrent, CancelledWhileItsSourceIsSlow) {
  Gauge gauge;
  auto in_time = co_await try_for(map_concurrent(ticks(10s, 5), [&](int i) { return gauge.work(i, 1s); }, 3), 15s);
  EXPECT_FALSE(in_time.has_value());
  EXPECT_EQ(gauge.ended, 1);
}

EDDY_TEST(MapConcurrent, ACancelledOneLosesNothingOfAQueue) {
  Queue<int> queue;
  for (int i = 0; i < 100; ++i) queue.put_nowait(i);
  int begun = 0;
  auto stubborn = [&](int) -> Task<> {
    ++begun;
    (void)co_await outcome(sleep(1h));
    co_await shield(sleep(1s));
  };
  auto in_time = co_await try_for(for_each_concurrent(queue, stubborn, 3), 10s);
  EXPECT_FALSE(in_time.has_value());
  EXPECT_EQ(begun, 3);
  EXPECT_EQ(queue.size(), 97U);
}

EDDY_TEST(MapConcurrent, WinsOrLosesARace) {
  Gauge gauge;
  auto too_late = []() -> Task<Ints> {
    co_await sleep(1h);
    co_return Ints();
  };
  auto winner = co_await race(map_concurrent(up_to(4), [&](int i) { return gauge.work(i, 1s); }, 2), too_late());
  EXPECT_EQ(winner, (Ints{0, 10, 20, 30}));
  auto at_once = []() -> Task<Ints> { co_return Ints(); };
  winner = co_await race(map_concurrent(up_to(4), [&](int i) { return gauge.work(i, 1s); }, 2), at_once());
  EXPECT_TRUE(winner.empty());
  EXPECT_EQ(gauge.running, 0);
}

EDDY_TEST(MapConcurrent, OfTasksThatWereMadeBefore) {
  Gauge gauge;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(gauge.work(i, 1s));
  auto same = [](Task<int> task) { return task; };
  auto results = co_await map_concurrent(std::move(tasks), same, 2);
  EXPECT_EQ(results, (Ints{0, 10, 20, 30, 40}));
  EXPECT_EQ(gauge.most, 2);
}

EDDY_TEST(MapConcurrent, Nests) {
  auto sum_up_to = [](int i) -> Task<int> {
    auto one = [](int) -> Task<int> {
      co_await sleep(1s);
      co_return 1;
    };
    auto ones = co_await map_concurrent(up_to(i), one, 2);
    co_return static_cast<int>(ones.size());
  };
  auto sums = co_await map_concurrent(up_to(5), sum_up_to, 2);
  EXPECT_EQ(sums, up_to(5));
}

EDDY_TEST(MapConcurrent, CallsAreBranchesOfTheCurrentTask) {
  auto me = current_task();
  auto same = [&](int) -> Task<bool> { co_return current_task() == me; };
  auto all = co_await map_concurrent(up_to(2), same, 2);
  EXPECT_EQ(all, (std::vector<bool>{true, true}));
}

EDDY_TEST(MapConcurrent, WithABar) {
  auto later = [](int i) -> Task<int> {
    co_await sleep(1s);
    co_return i;
  };
  FakeScreen screen;
  auto shown = ProgressOptions{}.output(screen);
  auto results = co_await map_concurrent(up_to(5), later, 2, Progress("items", shown));
  EXPECT_EQ(results, up_to(5));
  EXPECT_EQ(screen.text(), "items: 100%|#########################| 5/5 [00:03, 1.67it/s]\n");
  Progress bar("all", shown);
  auto outcomes = co_await map_concurrent(return_exceptions, up_to(5), later, 2, bar);
  EXPECT_EQ(outcomes.size(), 5U);
  EXPECT_EQ(bar.done(), 5U);
  EXPECT_EQ(bar.total(), 5U);
  co_await for_each_concurrent(ticks(1s, 3), later, 2, bar);
  EXPECT_EQ(bar.done(), 8U);
}

EDDY_TEST(MapConcurrent, RefusesNoCalls) {
  auto same = [](int i) -> Task<int> { co_return i; };
  EXPECT_THROW((void)map_concurrent(Ints(), same, 0), RuntimeError);
  EXPECT_THROW((void)map_concurrent(return_exceptions, Ints(), same, 0), RuntimeError);
  EXPECT_THROW((void)for_each_concurrent(Ints(), same, 0), RuntimeError);
  EXPECT_THROW((void)map_concurrent(Ints(), same, static_cast<std::size_t>(-1)), RuntimeError);
  co_return;
}

/// Something that one of its moves may fail.
struct Brittle {
  explicit Brittle(int n) : number(n) {}
  Brittle(Brittle&& other) noexcept(false) : number(other.number) {
    if (moves_left-- == 0) throw std::runtime_error("no move");
  }
  Brittle& operator=(Brittle&&) = default;

  int number;
  static inline int moves_left = -1;
};

EDDY_TEST(MapConcurrent, AMoveThatFailsLosesNoOtherResult) {
  auto late_first = [](int i) -> Task<Brittle> {
    co_await sleep(std::chrono::milliseconds(10 - i));
    co_return Brittle(i);
  };
  for (int moves = 0; moves < 80; ++moves) {
    Brittle::moves_left = moves;
    auto ended = co_await outcome(map_concurrent(return_exceptions, up_to(6), late_first, 3));
    Brittle::moves_left = -1;
    if (ended.error()) continue;
    const auto& results = ended.value();
    CO_ASSERT_EQ(results.size(), 6U) << moves;
    for (std::size_t i = 0; i < 6; ++i) {
      const bool failed = results[i].error() != nullptr;
      EXPECT_TRUE(failed || results[i].value().number == up_to(6)[i]) << moves;
    }
  }
}

}  // namespace
}  // namespace eddy

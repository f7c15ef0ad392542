// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/parallel.h"

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/threads/thread_pool.h"
#include "eddy/threads/to_thread.h"
#include "eddy/time/sleep.h"

namespace {

using namespace std::chrono_literals;
using eddy::create_task;
using eddy::Task;
using eddy::ThreadPool;

EDDY_TEST(PoolMap, GivesTheResultsInOrder) {
  ThreadPool pool{3};
  std::vector<int> items(10'000);
  std::iota(items.begin(), items.end(), 0);
  auto squares = co_await pool.map(items, [](int n) { return std::to_string(n * n); });
  CO_ASSERT_EQ(squares.size(), items.size());
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], std::to_string(i * i));
}

EDDY_TEST(PoolMap, TakesAnyRangeAndAnyResult) {
  ThreadPool pool{2};
  struct NoDefault {
    explicit NoDefault(int n) : number(n) {}
    int number;
  };
  std::list<int> list{1, 2, 3};
  auto made = co_await pool.map(list, [](int n) { return NoDefault(n); });
  EXPECT_EQ(made.at(2).number, 3);
  std::vector<int> five{1, 2, 3, 4, 5};
  std::vector<bool> odd = co_await pool.map(std::move(five), [](int n) { return n % 2 == 1; });
  EXPECT_EQ(odd, (std::vector<bool>{true, false, true, false, true}));
  auto pointers = co_await pool.map(list, [](int n) { return std::make_unique<int>(n); });
  EXPECT_EQ(*pointers.at(1), 2);
  std::vector<int> none;
  auto nothing = co_await pool.map(none, [](int n) { return n; });
  EXPECT_TRUE(nothing.empty());
  auto one = std::vector<int>{7};
  auto single = co_await pool.map(one, [](int& n) { return ++n; });
  EXPECT_EQ(single.at(0), 8);
  EXPECT_EQ(one.at(0), 8);
}

EDDY_TEST(PoolMap, TheFirstErrorWinsAndTheRestIsStopped) {
  ThreadPool pool{2};
  std::vector<int> items(1'000'000);
  std::atomic<int> calls = 0;
  EXPECT_THROW(co_await pool.map(items,
                                 [&](int) -> int {
                                   if (++calls == 100) throw std::domain_error("the hundredth");
                                   return 0;
                                 }),
               std::domain_error);
  EXPECT_LT(calls, 1'000'000);
}

EDDY_TEST(PoolMap, CancelledItStopsSoonAndEndsWhenTheCallsInProgressHave) {
  ThreadPool pool{2};
  std::vector<int> items(1'000'000);
  std::atomic<int> calls = 0, inside = 0;
  auto task = create_task(pool.map(items, [&](int) {
    ++inside;
    ++calls;
    std::this_thread::sleep_for(100us);
    --inside;
    return 0;
  }));
  while (calls < 10) co_await eddy::to_thread([] { std::this_thread::yield(); });
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(inside, 0);
  EXPECT_LT(calls, 10'000);
}

EDDY_TEST(PoolMap, CancelledWhileItsSharesAreQueuedItNeverRuns) {
  ThreadPool pool{1};
  std::atomic<bool> go = false;
  bool ran = false;
  auto blocker = create_task(pool.run([&] {
    while (!go) std::this_thread::sleep_for(100us);
  }));
  while (pool.running() == 0) co_await eddy::to_thread([] {});
  auto task = create_task(pool.map(std::vector<int>{1, 2, 3}, [&](int n) {
    ran = true;
    return n;
  }));
  co_await eddy::test::all_blocked();
  task.cancel();
  EXPECT_THROW(co_await task, eddy::TaskCancelled);
  EXPECT_EQ(pool.queued(), 0u);
  go = true;
  co_await blocker;
  EXPECT_FALSE(ran);
}

EDDY_TEST(PoolMap, AThreadThatIsBusyElsewhereHoldsNobodyUp) {
  ThreadPool pool{2};
  std::atomic<bool> go = false;
  auto blocker = create_task(pool.run([&] {
    while (!go) std::this_thread::sleep_for(100us);
  }));
  while (pool.running() == 0) co_await eddy::to_thread([] {});
  std::vector<int> items(1000, 1);
  auto results = co_await pool.map(items, [](int n) { return n; });
  EXPECT_EQ(std::accumulate(results.begin(), results.end(), 0), 1000);
  EXPECT_FALSE(blocker.done());
  go = true;
  co_await blocker;
}

EDDY_TEST(PoolMap, APoolThatIsShutDownStopsIt) {
  ThreadPool pool{2};
  std::vector<int> items(100'000);
  std::atomic<int> calls = 0;
  auto task = create_task(pool.map(items, [&](int) {
    ++calls;
    std::this_thread::sleep_for(100us);
    return 0;
  }));
  while (calls < 10) co_await eddy::to_thread([] { std::this_thread::yield(); });
  EXPECT_TRUE(pool.shutdown_now(10s).left_running().empty());
  EXPECT_THROW(co_await task, eddy::PoolShutDown);
  EXPECT_LT(calls, 100'000);
}

EDDY_TEST(ParallelFor, VisitsEveryIndexOnce) {
  ThreadPool pool{3};
  std::vector<std::atomic<int>> visits(50'000);
  co_await pool.parallel_for(std::size_t{0}, visits.size(), [&](std::size_t i) { ++visits[i]; });
  for (auto& count : visits) CO_ASSERT_EQ(count, 1);
  co_await pool.parallel_for(5, 5, [](int) { FAIL(); });
  co_await pool.parallel_for(7, 5, [](int) { FAIL(); });
  std::atomic<int> sum = 0;
  co_await pool.parallel_for(-3, 3, [&](int i) { sum += i; });
  EXPECT_EQ(sum, -3);
}

EDDY_TEST(ParallelFor, GoesOverRangesAndIterators) {
  ThreadPool pool{2};
  std::vector<int> numbers(1000, 1);
  co_await pool.parallel_for(numbers, [](int& n) { n += 1; });
  co_await pool.parallel_for(numbers.begin(), numbers.begin() + 500, [](int& n) { n += 1; });
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), 0), 2500);
}

EDDY_TEST(ParallelFor, TakesRangesWiderThanTheirType) {
  eddy::detail::ParallelSpan<int> ints(-2'000'000'000, 2'000'000'000);
  EXPECT_EQ(ints.prepare(), 4'000'000'000u);
  EXPECT_EQ(ints[0], -2'000'000'000);
  EXPECT_EQ(ints[3'999'999'999], 1'999'999'999);
  eddy::detail::ParallelSpan<signed char> bytes(-128, 127);
  EXPECT_EQ(bytes.prepare(), 255u);
  EXPECT_EQ(bytes[200], 72);
  co_await eddy::sleep(0s);
}

EDDY_TEST(ParallelFor, ThrowsTheError) {
  ThreadPool pool{2};
  EXPECT_THROW(co_await pool.parallel_for(0, 1000,
                                          [](int i) {
                                            if (i == 500) throw std::out_of_range("500");
                                          }),
               std::out_of_range);
}

}  // namespace

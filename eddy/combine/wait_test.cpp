// SPDX-License-Identifier: MIT
#include "eddy/combine/wait.h"

#include <set>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

std::vector<TaskHandle<int>> start_values(const Ints& delays_in_seconds) {
  std::vector<TaskHandle<int>> handles;
  for (int delay : delays_in_seconds) handles.push_back(create_task(value_after, std::chrono::seconds(delay), delay));
  return handles;
}

Task<> cancel_all(std::vector<TaskHandle<int>>& handles) {
  for (auto& h : handles) co_await cancel_and_wait(h);
}

EDDY_TEST(WaitTest, AllCompletedIsTheDefault) {
  auto handles = start_values({2, 1, 3});
  TimePoint begin = now();
  auto [done, pending] = co_await wait(handles);
  EXPECT_EQ(done.size(), 3u);
  EXPECT_TRUE(pending.empty());
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(WaitTest, FirstCompletedLeavesTheRestRunning) {
  auto handles = start_values({2, 1, 3});
  auto [done, pending] = co_await wait(handles, FIRST_COMPLETED);
  EXPECT_EQ(done.size(), 1u);
  EXPECT_TRUE(done.contains(handles[1]));
  EXPECT_EQ(pending.size(), 2u);
  for (auto& t : pending) t.cancel();
  co_await wait(handles);
}

EDDY_TEST(WaitTest, ThrowsNothingOfWhatTheTasksThrew) {
  std::vector<TaskHandle<int>> handles{create_task(fail_after, 1s, "x")};
  auto [done, pending] = co_await wait(handles);
  CO_ASSERT_EQ(done.size(), 1u);
  EXPECT_THROW(std::rethrow_exception(done.begin()->exception()), Boom);
}

EDDY_TEST(WaitTest, FirstExceptionReturnsAtTheFirstFailure) {
  auto handles = start_values({1, 9});
  handles.push_back(create_task(fail_after, 2s, "x"));
  TimePoint begin = now();
  auto [done, pending] = co_await wait(handles, FIRST_EXCEPTION);
  EXPECT_EQ(now() - begin, 2s);
  EXPECT_EQ(done.size(), 2u);
  EXPECT_EQ(pending.size(), 1u);
  EXPECT_NE(handles[2].exception(), nullptr);
  co_await cancel_all(handles);
}

EDDY_TEST(WaitTest, FirstExceptionWithoutFailureWaitsForAll) {
  auto handles = start_values({1, 2});
  TimePoint begin = now();
  co_await wait(handles, FIRST_EXCEPTION);
  EXPECT_EQ(now() - begin, 2s);
}

// asyncio: a cancelled task counts as completed, not as failed.
EDDY_TEST(WaitTest, FirstExceptionIsNotImpressedByACancelledTask) {
  auto handles = start_values({9, 3});
  handles[0].cancel();
  TimePoint begin = now();
  auto [done, pending] = co_await wait(handles, FIRST_EXCEPTION);
  EXPECT_EQ(done.size(), 2u);
  EXPECT_EQ(now() - begin, 3s);
}

EDDY_TEST(WaitTest, FirstCompletedCountsACancelledTask) {
  auto handles = start_values({9, 8});
  handles[0].cancel();
  auto [done, pending] = co_await wait(handles, FIRST_COMPLETED);
  EXPECT_TRUE(done.contains(handles[0]));
  EXPECT_TRUE(pending.contains(handles[1]));
  co_await cancel_all(handles);
}

EDDY_TEST(WaitTest, NothingToWaitForIsAnError) {
  std::vector<TaskHandle<int>> none;
  auto r = co_await outcome(wait(none));
  EXPECT_NE(r.error_as<RuntimeError>(), nullptr);
}

EDDY_TEST(WaitTest, DuplicatesCountOnce) {
  auto handles = start_values({1});
  handles.push_back(handles[0]);
  handles.push_back(handles[0]);
  auto [done, pending] = co_await wait(handles);
  EXPECT_EQ(done.size(), 1u);
  EXPECT_EQ(pending.size(), 0u);
}

EDDY_TEST(WaitTest, TasksThatAreDoneAlreadyNeedNoTurn) {
  auto handles = start_values({1, 9});
  co_await sleep(2s);
  auto all = co_await wait(handles, FIRST_COMPLETED);
  EXPECT_EQ(all.done.size(), 1u);
  EXPECT_EQ(all.pending.size(), 1u);
  co_await cancel_all(handles);
}

EDDY_TEST(WaitTest, ATimeoutGivesWhatIsDoneAndCancelsNobody) {
  auto handles = start_values({1, 9});
  TimePoint begin = now();
  auto [done, pending] = co_await wait(handles, 2s);
  EXPECT_EQ(now() - begin, 2s);
  EXPECT_EQ(done.size(), 1u);
  CO_ASSERT_EQ(pending.size(), 1u);
  EXPECT_FALSE(pending.begin()->done());
  auto first = co_await wait(pending, FIRST_COMPLETED, 20s);
  EXPECT_EQ(first.done.size(), 1u);
}

EDDY_TEST(WaitTest, AZeroOrNegativeTimeoutLooksOnce) {
  auto handles = start_values({1});
  TimePoint begin = now();
  auto zero = co_await wait(handles, 0s);
  EXPECT_EQ(zero.pending.size(), 1u);
  auto negative = co_await wait(handles, ALL_COMPLETED, -5s);
  EXPECT_EQ(negative.pending.size(), 1u);
  EXPECT_EQ(now(), begin);
  co_await wait(handles);
}

EDDY_TEST(WaitTest, ATimeoutInTheTurnOfTheEndGivesOneAnswer) {
  auto handles = start_values({2});
  auto r = co_await wait(handles, 2s);
  EXPECT_EQ(r.done.size() + r.pending.size(), 1u);
  co_await wait(handles);
}

// The tour: loose and mixed handles.
EDDY_TEST(WaitTest, LooseHandlesOfAnyTypes) {
  auto a = create_task(sleep, 2s);
  auto b = create_task(value_after, 1s, 3);
  auto w = co_await wait(a, b, FIRST_COMPLETED);
  EXPECT_TRUE(w.done.contains(b));
  EXPECT_TRUE(w.pending.contains(a));
  auto later = co_await wait(a, b, ALL_COMPLETED, 500ms);
  EXPECT_EQ(later.pending.size(), 1u);
  auto all = co_await wait(a, b);
  EXPECT_EQ(all.done.size(), 2u);
}

// The tour: wait never cancels.
EDDY_TEST(WaitTest, CancellingTheWaiterLeavesTheTasksAlone) {
  auto handles = start_values({2, 3});
  auto r = co_await outcome(wait_for(wait(handles), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_FALSE(handles[0].cancelled());
  co_await wait(handles);
  EXPECT_EQ(handles[1].result(), 3);
}

EDDY_TEST(WaitTest, CancelledInTheTurnOfTheEndTheWaiterIsCancelled) {
  auto h = create_task(sleep, 1s);
  auto waiter = create_task([&]() -> Task<> { co_await wait(h); });
  co_await checkpoint();
  h.add_done_callback([&](auto&) { waiter.cancel(); });
  auto r = co_await outcome(waiter);
  EXPECT_TRUE(waiter.done());
  (void)r.error();
}

EDDY_TEST(WaitTest, SeveralMayWaitForTheSameTasks) {
  auto handles = start_values({1, 2});
  int ended = 0;
  co_await task_group([&](TaskGroup& tg) {
    for (int i = 0; i < 3; ++i) {
      tg.create_task([&]() -> Task<> {
        co_await wait(handles);
        ++ended;
      });
    }
  });
  EXPECT_EQ(ended, 3);
}

// Linear in the number of tasks: quadratic would take minutes.
EDDY_TEST(WaitTest, FiftyThousandTasks) {
  std::vector<TaskHandle<>> handles;
  for (int i = 0; i < 50'000; ++i) handles.push_back(create_task(sleep, std::chrono::milliseconds(i % 10)));
  auto [done, pending] = co_await wait(handles);
  EXPECT_EQ(done.size(), handles.size());
}

EDDY_TEST(TaskSetTest, IsASetInTheOrderGiven) {
  auto handles = start_values({2, 1});
  TaskSet<TaskHandle<int>> set;
  for (auto& h : handles) set.insert(h);
  set.insert(handles[0]);
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(*set.begin(), handles[0]);
  EXPECT_EQ(set.pop(), handles[1]);
  EXPECT_FALSE(set.contains(handles[1]));
  co_await wait(handles);
}

EDDY_TEST(WaitTest, RefusesAnEmptyHandle) {
  EXPECT_THROW((void)wait(AnyTask()), RuntimeError);
  std::vector<TaskHandle<int>> empty(1);
  EXPECT_THROW((void)as_completed(empty), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/combine/as_completed.h"

#include <memory>
#include <ranges>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

std::vector<Task<int>> values(const Ints& delays_in_seconds) {
  std::vector<Task<int>> tasks;
  for (int delay : delays_in_seconds) tasks.push_back(value_after(std::chrono::seconds(delay), delay));
  return tasks;
}

template <class Completed>
Task<Ints> collect(Completed& completed) {
  Ints results;
  while (auto next = co_await completed.next()) results.push_back(next->value());
  co_return results;
}

// The tour's form.
EDDY_TEST(AsCompletedTest, GivesResultsFastestFirst) {
  auto tasks = values({3, 1, 2});
  auto completed = as_completed(std::move(tasks));
  Ints results;
  while (auto next = co_await completed.next()) results.push_back(next->value());
  EXPECT_EQ(results, (Ints{1, 2, 3}));
  EXPECT_FALSE((co_await completed.next()).has_value());
}

EDDY_TEST(AsCompletedTest, OfNothingEndsAtOnce) {
  auto completed = as_completed(std::vector<Task<int>>());
  EXPECT_FALSE((co_await completed.next()).has_value());
}

EDDY_TEST(AsCompletedTest, ErrorsAreOutcomesAndCancelNobody) {
  std::vector<Task<int>> tasks;
  tasks.push_back(value_after(2s, 2));
  tasks.push_back(fail_after(1s, "x"));
  auto completed = as_completed(std::move(tasks));
  auto first = co_await completed.next();
  CO_ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->message(), "x");
  auto second = co_await completed.next();
  CO_ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->value(), 2);
}

EDDY_TEST(AsCompletedTest, ResultsThatCameMeanwhileWaitInOrder) {
  auto completed = as_completed(values({2, 1, 3}));
  co_await sleep(5s);
  TimePoint begin = now();
  Ints results = co_await collect(completed);
  EXPECT_EQ(results, (Ints{1, 2, 3}));
  EXPECT_EQ(now(), begin);
}

EDDY_TEST(AsCompletedTest, HandlesAndDuplicates) {
  auto a = create_task(value_after, 2s, 2);
  auto b = create_task(value_after, 1s, 1);
  std::vector<TaskHandle<int>> handles{a, b, a, b, a};
  auto completed = as_completed(handles);
  Ints results = co_await collect(completed);
  EXPECT_EQ(results, (Ints{1, 2}));
  EXPECT_EQ(a.result(), 2);
}

EDDY_TEST(AsCompletedTest, HandlesThatAreDoneComeFirst) {
  auto a = create_task(value_after, 0s, 7);
  co_await a;
  std::vector<TaskHandle<int>> handles{create_task(value_after, 1s, 1), a};
  auto completed = as_completed(handles);
  Ints results = co_await collect(completed);
  EXPECT_EQ(results, (Ints{7, 1}));
}

EDDY_TEST(AsCompletedTest, OfAViewAndOfVoidAndOfMoveOnly) {
  auto numbers = as_completed(std::views::iota(1, 4) |
                              std::views::transform([](int i) { return value_after(std::chrono::seconds(4 - i), i); }));
  Ints numbers_results = co_await collect(numbers);
  EXPECT_EQ(numbers_results, (Ints{3, 2, 1}));
  std::vector<detail::Sleep> naps;
  naps.push_back(sleep(1s));
  auto slept = as_completed(std::move(naps));
  auto nap = co_await slept.next();
  EXPECT_TRUE(nap && nap->has_value());
  std::vector<Task<std::unique_ptr<int>>> boxes;
  boxes.push_back([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); }());
  auto boxed = as_completed(std::move(boxes));
  auto box = co_await boxed.next();
  CO_ASSERT_TRUE(box.has_value());
  EXPECT_EQ(*box->value(), 5);
}

EDDY_TEST(AsCompletedTest, ATimeoutIsThrownAndCancelsNobody) {
  auto completed = as_completed(values({1, 9}), 2s);
  EXPECT_EQ((co_await completed.next())->value(), 1);
  TimePoint begin = now();
  auto r = co_await outcome(completed.next());
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ(now() - begin, 1s);
  co_await sleep(20s);
  EXPECT_EQ((co_await completed.next())->value(), 9);  // it ran on
}

EDDY_TEST(AsCompletedTest, AZeroTimeoutGivesWhatIsThereThenThrows) {
  auto done = create_task(value_after, 0s, 1);
  co_await done;
  std::vector<TaskHandle<int>> handles{done, create_task(value_after, 1s, 2)};
  auto completed = as_completed(handles, 0s);
  EXPECT_EQ((co_await completed.next())->value(), 1);
  auto r = co_await outcome(completed.next());
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  co_await handles[1];
}

EDDY_TEST(AsCompletedTest, ATaskCancelledByOthersIsTheErrorTaskCancelled) {
  auto h = create_task(value_after, 9s, 1);
  std::vector<TaskHandle<int>> handles{h};
  auto completed = as_completed(handles);
  h.cancel();
  auto next = co_await completed.next();
  CO_ASSERT_TRUE(next.has_value());
  EXPECT_NE(next->error_as<TaskCancelled>(), nullptr);
}

EDDY_TEST(AsCompletedTest, CancelledInNextItMayBeAskedAgain) {
  auto completed = as_completed(values({3}));
  auto r = co_await outcome(wait_for(completed.next(), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_EQ((co_await completed.next())->value(), 3);
}

// 3b §1.2: a result granted to a next() that is cancelled before it resumes is not lost.
EDDY_TEST(AsCompletedTest, ANextCancelledInTheTurnOfAResultLosesNothing) {
  auto completed = as_completed(values({1}));
  std::optional<Outcome<int>> got;
  TaskHandle<> asking;
  asking = create_task([&]() -> Task<> { got = co_await completed.next(); });
  auto canceller = create_task([&]() -> Task<> {
    co_await sleep(1s);
    asking.cancel();
  });
  auto r = co_await outcome(asking);
  (void)r.error();
  if (!got) got = co_await completed.next();
  CO_ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->value(), 1);
  co_await canceller;
}

EDDY_TEST(AsCompletedTest, ASecondNextAtTheSameTimeIsAnError) {
  auto completed = as_completed(values({1}));
  auto [a, b] = co_await gather(return_exceptions, completed.next(), completed.next());
  EXPECT_NE(a.has_value(), b.has_value());
  EXPECT_NE((a ? b : a).error_as<RuntimeError>(), nullptr);
}

EDDY_TEST(AsCompletedTest, AnExceptionOfTheRangeCancelsWhatWasStarted) {
  bool ran = false;
  auto make = [&](int i) {
    if (i == 1) throw Boom("range");
    return [](bool& flag) -> Task<> {
      flag = true;
      co_return;
    }(ran);
  };
  EXPECT_THROW(as_completed(std::views::iota(0, 3) | std::views::transform(make)), Boom);
  co_await checkpoint();
  EXPECT_FALSE(ran);
}

EDDY_TEST(AsCompletedTest, TwentyThousandHandles) {
  std::vector<TaskHandle<int>> handles;
  for (int i = 0; i < 20'000; ++i) handles.push_back(create_task(value_after, std::chrono::milliseconds(i % 5), i));
  auto completed = as_completed(handles);
  EXPECT_EQ((co_await collect(completed)).size(), handles.size());
}

}  // namespace
}  // namespace eddy

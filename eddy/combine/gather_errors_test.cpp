// SPDX-License-Identifier: MIT
#include <ranges>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(GatherErrorsTest, TheFirstErrorIsThrownAsItIsAfterTheOthersHaveEnded) {
  bool other = false;
  TimePoint begin = now();
  auto r = co_await outcome(gather(slow_to_end(other, 2s), fail_after(1s, "first")));
  EXPECT_NE(r.error_as<Boom>(), nullptr);
  EXPECT_TRUE(other);
  EXPECT_EQ(now() - begin, 3s);
}

// 3b §1.9
EDDY_TEST(GatherErrorsTest, LaterErrorsGoToTheHandlerOnceEach) {
  auto r =
      co_await outcome(gather(fail_when_cancelled("second"), fail_after(1s, "first"), fail_when_cancelled("third")));
  EXPECT_EQ(r.message(), "first");
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 2u);
  EXPECT_NE((lost[0] + lost[1]).find("second"), std::string::npos);
  EXPECT_NE((lost[0] + lost[1]).find("third"), std::string::npos);
}

EDDY_TEST(GatherErrorsTest, ErrorsInOneTurnAreReportedOnceEach) {
  auto r = co_await outcome(gather(fail_after(1s, "a"), fail_after(1s, "b")));
  EXPECT_FALSE(r);
  EXPECT_LE(test::lost_errors().size(), 1u);  // the other may have been cancelled before it threw
}

EDDY_TEST(GatherErrorsTest, TheErrorOfARangeCancelsTheRest) {
  std::vector<Task<int>> tasks;
  bool cancelled[3] = {};
  for (bool& flag : cancelled) tasks.push_back(wait_long(flag));
  tasks.push_back(fail_after(1s, "x"));
  auto r = co_await outcome(gather(std::move(tasks)));
  EXPECT_EQ(r.message(), "x");
  EXPECT_TRUE(cancelled[0] && cancelled[1] && cancelled[2]);
}

EDDY_TEST(GatherErrorsTest, AFailureDropsBranchesThatHaveNotStarted, Options{}.shuffle(false)) {
  bool ran = false;
  auto fail_now = []() -> Task<> {
    throw Boom("at once");
    co_return;
  };
  auto never = [&]() -> Task<> {
    ran = true;
    co_return;
  };
  auto r = co_await outcome(gather(fail_now(), never()));
  EXPECT_EQ(r.message(), "at once");
  EXPECT_FALSE(ran);
}

EDDY_TEST(GatherErrorsTest, ReturnExceptionsGivesOutcomesAndCancelsNobody) {
  std::vector<Task<int>> tasks;
  tasks.push_back(value_after(2s, 1));
  tasks.push_back(fail_after(1s, "x"));
  auto results = co_await gather(return_exceptions, std::move(tasks));
  CO_ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].value(), 1);
  EXPECT_EQ(results[1].message(), "x");
}

EDDY_TEST(GatherErrorsTest, ReturnExceptionsOfMixedKinds) {
  auto [a, b, c] = co_await gather(return_exceptions, sleep(1s), fail_after(1s, "x"), value_after(1s, 3));
  EXPECT_TRUE(a);
  EXPECT_NE(b.error_as<Boom>(), nullptr);
  EXPECT_EQ(*c, 3);
}

EDDY_TEST(GatherErrorsTest, AHandleCancelledByOthersIsTaskCancelled) {
  auto h = create_task(sleep, 1h);
  auto other = create_task([&]() -> Task<> {
    co_await sleep(1s);
    h.cancel();
  });
  auto [r] = co_await gather(return_exceptions, h);
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_FALSE(r.cancelled());
}

EDDY_TEST(GatherErrorsTest, AnExceptionOfTheViewStartsNothing) {
  int started = 0;
  auto make = [&](int i) {
    if (i == 2) throw Boom("view");
    return [](int& count) -> Task<> {
      ++count;
      co_return;
    }(started);
  };
  auto r = co_await outcome(gather(std::views::iota(0, 4) | std::views::transform(make)));
  EXPECT_EQ(r.message(), "view");
  EXPECT_EQ(started, 0);
}

// 3b §1.10: an Outcome that dies unseen hands its error to the handler.
EDDY_TEST(GatherErrorsTest, AnErrorInsideADroppedOutcomeIsReported) {
  auto r = co_await outcome(gather(outcome(fail_after(1s, "inside")), fail_after(2s, "outside")));
  EXPECT_EQ(r.message(), "outside");
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_NE(lost[0].find("inside"), std::string::npos);
}

EDDY_TEST(GatherErrorsTest, CancelledItCancelsBranchesAndWaitsForThem) {
  bool a = false, b = false, after = false;
  auto task = create_task([&]() -> Task<> {
    co_await gather(wait_long(a), slow_to_end(b, 2s));
    after = true;
  });
  co_await sleep(1s);
  TimePoint begin = now();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(a && b);
  EXPECT_FALSE(after);
  EXPECT_EQ(now() - begin, 2s);
}

// 3b §1.21: also with return_exceptions.
EDDY_TEST(GatherErrorsTest, CancelledWithReturnExceptionsIsCancelled) {
  bool a = false, after = false;
  auto task = create_task([&]() -> Task<> {
    auto results = co_await gather(return_exceptions, wait_long(a), value_after(1s, 1));
    after = true;
  });
  co_await sleep(2s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(a && task.cancelled());
  EXPECT_FALSE(after);
}

EDDY_TEST(GatherErrorsTest, AnErrorItWouldHaveReturnedGoesToTheHandlerWhenItIsCancelled) {
  auto r = co_await outcome(wait_for(gather(return_exceptions, fail_after(1s, "kept"), sleep(1h)), 2s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  auto lost = test::lost_errors();
  CO_ASSERT_EQ(lost.size(), 1u);
  EXPECT_NE(lost[0].find("kept"), std::string::npos);
}

// 3b §1.7: the exception wins, the cancel stays pending.
EDDY_TEST(GatherErrorsTest, CancelledWhileABranchFailsThrowsAndStaysCancelled) {
  std::string caught;
  bool after = false;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await gather(fail_when_cancelled("cleanup"), sleep(1h));
    } catch (const Boom& e) {
      caught = e.what();
    }
    co_await checkpoint();
    after = true;
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_EQ(caught, "cleanup");
  EXPECT_FALSE(after);
}

// The tour: handles given to a gather are cancelled with it, and when it fails.
EDDY_TEST(GatherErrorsTest, HandlesAreCancelledWhenItIsCancelled) {
  auto h = create_task(sleep, 1h);
  auto r = co_await outcome(wait_for(gather(h, sleep(1h)), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(h.cancelled());
}

EDDY_TEST(GatherErrorsTest, HandlesAreCancelledWhenItFailsAndHaveEndedBefore) {
  bool ended = false;
  auto h = create_task(slow_to_end, std::ref(ended), 2s);
  auto r = co_await outcome(gather(h, fail_after(1s, "x")));
  EXPECT_EQ(r.message(), "x");
  EXPECT_TRUE(ended && h.done());
}

EDDY_TEST(GatherErrorsTest, AHandleThatFailsWhileCancelledIsALateError) {
  auto h = create_task(fail_when_cancelled, "late");
  auto r = co_await outcome(gather(h, fail_after(1s, "first")));
  EXPECT_EQ(r.message(), "first");
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(GatherErrorsTest, GatheringTheTaskThatGathersIsAnError) {
  TaskHandle<> self;
  self = create_task([&]() -> Task<> { co_await gather(self, checkpoint()); });
  auto r = co_await outcome(self);
  EXPECT_NE(r.error_as<RuntimeError>(), nullptr);
}

}  // namespace
}  // namespace eddy

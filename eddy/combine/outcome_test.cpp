// SPDX-License-Identifier: MIT
#include "eddy/combine/outcome.h"

#include <memory>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(OutcomeOpTest, AValueAnErrorOrCancelled) {
  auto value = co_await outcome(value_after(1s, 2));
  EXPECT_TRUE(value && *value == 2 && !value.cancelled());
  auto error = co_await outcome(fail_after(1s, "x"));
  EXPECT_FALSE(error || error.cancelled());
  EXPECT_EQ(error.message(), "x");
  bool seen = false;
  auto task = create_task([&]() -> Task<> {
    auto r = co_await outcome(sleep(1h));
    seen = r.cancelled();
    EXPECT_THROW(r.value(), Cancelled);
    EXPECT_EQ(r.message(), "cancelled");
  });
  co_await test::all_blocked();
  task.cancel();
  co_await task;  // it looked, and ended by itself
  EXPECT_TRUE(seen);
}

EDDY_TEST(OutcomeOpTest, OfAnythingThatIsReadyAtOnce) {
  auto h = create_task(value_after, 0s, 1);
  co_await h;
  EXPECT_TRUE(co_await outcome(h));
}

EDDY_TEST(OutcomeOpTest, OfReferencesAndMoveOnlyTypes) {
  int number = 1;
  auto reference = co_await outcome([](int& n) -> Task<int&> { co_return n; }(number));
  EXPECT_EQ(&reference.value(), &number);
  auto box = co_await outcome([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); }());
  EXPECT_EQ(**std::move(box), 3);
}

// The tour: a cancel by others is the error TaskCancelled; .cancelled() is about you.
EDDY_TEST(OutcomeOpTest, AHandleCancelledByOthersIsAnError) {
  auto h = create_task(sleep, 1h);
  h.cancel("because");
  auto r = co_await outcome(h);
  EXPECT_FALSE(r.cancelled());
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_NE(r.message().find("because"), std::string::npos);
}

// 3b §2: r.cancelled() means that checkpoint() never passes.
EDDY_TEST(OutcomeOpTest, AfterCancelledNoAwaitThatSuspendsPasses) {
  int passed = 0;
  auto task = create_task([&]() -> Task<> {
    auto r = co_await outcome(sleep(1h));
    EXPECT_TRUE(r.cancelled());
    auto again = co_await outcome(sleep(1s));
    EXPECT_TRUE(again.cancelled());
    co_await shield(sleep(1s));
    ++passed;
    co_await checkpoint();
    ++passed;
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_EQ(passed, 1);
}

// 3b §1.15: legal, and it ends as soon as the loop is left.
EDDY_TEST(OutcomeOpTest, ALoopOverACancelledOutcomeSpinsButLetsOthersRun) {
  bool other = false;
  auto task = create_task([&]() -> Task<int> {
    int rounds = 0;
    while (!other) {
      auto r = co_await outcome(sleep(1h));
      ++rounds;
    }
    co_return rounds;
  });
  co_await test::all_blocked();
  task.cancel();
  for (int i = 0; i < 10; ++i) co_await checkpoint();
  other = true;
  EXPECT_GE(co_await task, 2);
}

// 3b §1.20
EDDY_TEST(OutcomeOpTest, GoesOutsideOfATimeout) {
  auto hidden = co_await wait_for(outcome(sleep(1h)), 1s);
  EXPECT_TRUE(hidden.cancelled());
  auto seen = co_await outcome(wait_for(sleep(1h), 1s));
  EXPECT_NE(seen.error_as<TimeoutError>(), nullptr);
}

// 3b §1.10
EDDY_TEST(OutcomeOpTest, AnErrorNobodyLooksAtGoesToTheHandlerOnce) {
  {
    auto r = co_await outcome(fail_after(1s, "unseen"));
    auto moved = std::move(r);
    auto kept = std::make_unique<Outcome<int>>(std::move(moved));
  }
  EXPECT_EQ(test::lost_errors().size(), 1u);
  {
    auto r = co_await outcome(fail_after(1s, "seen"));
    EXPECT_FALSE(r);
  }
  {
    auto assigned = co_await outcome(fail_after(1s, "overwritten"));
    assigned = co_await outcome(value_after(1s, 1));
    EXPECT_TRUE(assigned);
  }
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(OutcomeOpTest, ACancelledOutcomeIsNoError) {
  auto task = create_task([]() -> Task<> { auto r = co_await outcome(sleep(1h)); });
  co_await test::all_blocked();
  task.cancel();
  co_await task;
  EXPECT_TRUE(test::lost_errors().empty());
}

EDDY_TEST(RaisingTest, ThrowsCancelledAtThisAwaitOnly) {
  bool caught = false, std_caught = false;
  auto task = create_task([&]() -> Task<> {
    try {
      try {
        co_await raising(sleep(1h));
      } catch (const std::exception&) {
        std_caught = true;
      }
    } catch (const Cancelled&) {
      caught = true;
    }
    co_await checkpoint();
    ADD_FAILURE() << "the cancel was lost";
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(caught && task.cancelled());
  EXPECT_FALSE(std_caught);
}

EDDY_TEST(RaisingTest, PassesValuesAndErrors) {
  EXPECT_EQ(co_await raising(value_after(1s, 1)), 1);
  auto r = co_await outcome(raising(fail_after(1s, "x")));
  EXPECT_EQ(r.message(), "x");
}

// The tour, 3b §1.19: a Cancelled that leaves a task makes it cancelled, when one is visible there.
EDDY_TEST(RaisingTest, ACancelledThatEscapesIsTheCancellationAgain) {
  bool handler_ran = false;
  auto inner = [&]() -> Task<> { co_await raising(sleep(1h)); };
  auto task = create_task([&]() -> Task<> {
    try {
      co_await inner();
    } catch (...) {
      handler_ran = true;  // it unwinds: no handler of the frames above sees it
    }
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
  EXPECT_FALSE(handler_ran);
}

EDDY_TEST(RaisingTest, ACancelledThatOutlivesItsScopeIsAnError) {
  std::exception_ptr kept;
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.cancel();
    try {
      co_await raising(checkpoint());
    } catch (...) {
      kept = std::current_exception();
    }
  });
  auto r = co_await outcome([](std::exception_ptr e) -> Task<> {
    co_await checkpoint();
    std::rethrow_exception(e);
  }(kept));
  EXPECT_FALSE(r.cancelled());
  EXPECT_NE(r.error_as<Cancelled>(), nullptr);
}

EDDY_TEST(RaisingTest, ValueOfACancelledOutcomeThatEscapesCancelsTheTask) {
  auto task = create_task([]() -> Task<> {
    auto r = co_await outcome(sleep(1h));
    r.value();
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(task.cancelled());
}

EDDY_TEST(RaisingTest, ATimeoutSeesTheEscapedCancelledAsItsOwn) {
  auto r = co_await outcome(wait_for([]() -> Task<> { co_await raising(sleep(1h)); }(), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
}

EDDY_TEST(RaisingTest, CarriesTheReason) {
  std::string reason;
  auto task = create_task([&]() -> Task<> {
    try {
      co_await raising(sleep(1h));
    } catch (const Cancelled& cancelled) {
      reason = cancelled.reason();
    }
  });
  co_await test::all_blocked();
  task.cancel("shutting down");
  co_await task;
  EXPECT_EQ(reason, "shutting down");
}

EDDY_TEST(OutcomeOpTest, SeesACancellationThatIsThrownAsOne) {
  bool cancelled = false;
  auto task = create_task([&]() -> Task<> {
    auto r = co_await outcome(raising(sleep(1h)));
    cancelled = r.cancelled();
  });
  co_await test::all_blocked();
  co_await cancel_and_wait(task);
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace eddy

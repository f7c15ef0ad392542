// SPDX-License-Identifier: MIT
#include "eddy/combine/race.h"

#include <memory>
#include <variant>

#include "eddy/combine/scenario_test.h"

namespace eddy {
namespace {

using namespace scenario;

EDDY_TEST(RaceTest, TheFirstToEndWinsAndTheOthersAreCancelledAndAwaited) {
  bool loser = false;
  TimePoint begin = now();
  int winner = co_await race(slow_to_end(loser, 3s), value_after(1s, 1));
  EXPECT_EQ(winner, 1);
  EXPECT_TRUE(loser);
  EXPECT_EQ(now() - begin, 4s);
}

EDDY_TEST(RaceTest, AnErrorWinsToo) {
  bool loser = false;
  auto r = co_await outcome(race(wait_long(loser), fail_after(1s, "x")));
  EXPECT_EQ(r.message(), "x");
  EXPECT_TRUE(loser);
}

EDDY_TEST(RaceTest, OfThoseReadyAtOnceTheFirstWinsAndTheOthersNeverRun, Options{}.shuffle(false)) {
  bool ran = false;
  auto at_once = [](int value) -> Task<int> { co_return value; };
  auto second = [&]() -> Task<int> {
    ran = true;
    co_return 2;
  };
  EXPECT_EQ(co_await race(at_once(1), second()), 1);
  EXPECT_FALSE(ran);
}

EDDY_TEST(RaceTest, ATieInOneTurnHasOneWinner) {
  int winner = co_await race(value_after(1s, 1), value_after(1s, 2));
  EXPECT_TRUE(winner == 1 || winner == 2);
}

// 3b §1.9
EDDY_TEST(RaceTest, ErrorsOfLosersGoToTheHandler) {
  int winner = co_await race(value_after(1s, 1), fail_when_cancelled("loser"));
  EXPECT_EQ(winner, 1);
  EXPECT_EQ(test::lost_errors().size(), 1u);
}

EDDY_TEST(RaceTest, DifferentTypesGiveAVariant) {
  auto text = []() -> Task<std::string> {
    co_await sleep(1s);
    co_return "text";
  };
  auto winner = co_await race(value_after(2s, 1), text(), value_after(3s, 2));
  static_assert(std::is_same_v<decltype(winner), std::variant<int, std::string>>);
  EXPECT_EQ(std::get<std::string>(winner), "text");
  auto nothing = co_await race(sleep(1s), value_after(2s, 1));
  EXPECT_TRUE(std::holds_alternative<Unit>(nothing));
}

EDDY_TEST(RaceTest, OnlyVoidGivesVoid) {
  static_assert(std::is_void_v<await_result_t<decltype(race(sleep(1s), checkpoint()))>>);
  co_await race(sleep(1s), checkpoint());
}

EDDY_TEST(RaceTest, MoveOnlyAndReferenceResults) {
  auto boxed = [](Duration delay) -> Task<std::unique_ptr<int>> {
    co_await sleep(delay);
    co_return std::make_unique<int>(3);
  };
  EXPECT_EQ(*co_await race(boxed(1s), boxed(2s)), 3);
  std::vector<Task<std::unique_ptr<int>>> tasks;
  tasks.push_back(boxed(1s));
  EXPECT_EQ(*co_await race(std::move(tasks)), 3);
}

EDDY_TEST(RaceTest, OfARange) {
  std::vector<Task<int>> tasks;
  for (int i = 1; i < 5; ++i) tasks.push_back(value_after(std::chrono::seconds(10 - i), i));
  EXPECT_EQ(co_await race(std::move(tasks)), 4);
}

EDDY_TEST(RaceTest, NobodyTakingPartIsAnError) {
  std::vector<Task<int>> none;
  auto r = co_await outcome(race(std::move(none)));
  EXPECT_NE(r.error_as<RuntimeError>(), nullptr);
}

EDDY_TEST(RaceTest, LosingHandlesAreCancelled) {
  auto loser = create_task(sleep, 1h);
  co_await race(loser, sleep(1s));
  EXPECT_TRUE(loser.cancelled());
}

EDDY_TEST(RaceTest, CancelledItCancelsAllAndIsCancelled) {
  bool a = false, b = false, after = false;
  auto task = create_task([&]() -> Task<> {
    co_await race(wait_long(a), slow_to_end(b, 1s));
    after = true;
  });
  co_await sleep(1s);
  co_await cancel_and_wait(task);
  EXPECT_TRUE(a && b && task.cancelled());
  EXPECT_FALSE(after);
}

EDDY_TEST(RaceTest, AWinnerInTheTurnOfTheCancelIsDeliveredWithTheCancelPending, Options{}.shuffle(false)) {
  int winner = 0;
  bool after = false;
  auto task = create_task([&]() -> Task<> {
    AnyTask whole = current_task();
    auto first = [&]() -> Task<int> {
      co_await sleep(1s);
      whole.cancel();
      co_return 7;
    };
    winner = co_await race(first(), value_after(1h, 1));
    co_await checkpoint();
    after = true;
  });
  auto r = co_await outcome(task);
  EXPECT_NE(r.error_as<TaskCancelled>(), nullptr);
  EXPECT_EQ(winner, 7);
  EXPECT_FALSE(after);
}

// 3b §1.2: two gets granted in one turn: the loser's item goes back.
EDDY_TEST(RaceTest, ALoserWhoseGrantIsPendingGivesItBack) {
  Event first, second;
  Semaphore semaphore{0};
  auto take = [&]() -> Task<> {
    auto permit = co_await semaphore.acquire();
    permit.forget();
  };
  auto racing = create_task([&]() -> Task<> { co_await race(take(), take()); });
  co_await sleep(1s);
  semaphore.release();
  semaphore.release();
  co_await racing;
  EXPECT_TRUE(semaphore.try_acquire());  // one was used, one is left
}

EDDY_TEST(FirstSuccessTest, ErrorsLose) {
  int good = co_await first_success(fail_after(1s, "a"), value_after(2s, 5), fail_after(3s, "never"));
  EXPECT_EQ(good, 5);
}

EDDY_TEST(FirstSuccessTest, WhenAllFailTheErrorsComeTogether) {
  auto r = co_await outcome(first_success(fail_after(2s, "b"), fail_after(1s, "a")));
  EXPECT_EQ(errors_in(r), (Texts{boom("a"), boom("b")}));
}

EDDY_TEST(FirstSuccessTest, LosersAreCancelledAndAwaited) {
  bool loser = false;
  EXPECT_EQ(co_await first_success(slow_to_end(loser, 1s), value_after(1s, 2)), 2);
  EXPECT_TRUE(loser);
}

EDDY_TEST(FirstSuccessTest, OfARangeAndOfNobody) {
  std::vector<Task<int>> tasks;
  tasks.push_back(fail_after(1s, "a"));
  tasks.push_back(value_after(2s, 3));
  EXPECT_EQ(co_await first_success(std::move(tasks)), 3);
  std::vector<Task<int>> none;
  auto r = co_await outcome(first_success(std::move(none)));
  EXPECT_NE(r.error_as<RuntimeError>(), nullptr);
}

EDDY_TEST(FirstSuccessTest, CancelledBeforeAnybodySucceedsIsCancelled) {
  bool a = false;
  auto r = co_await outcome(wait_for(first_success(wait_long(a), sleep(2h)), 1s));
  EXPECT_NE(r.error_as<TimeoutError>(), nullptr);
  EXPECT_TRUE(a);
}

Task<int&> reference_to(int& n, std::chrono::seconds delay) {
  co_await sleep(delay);
  co_return n;
}

EDDY_TEST(RaceTest, GivesAReferenceAsSuch) {
  int fast = 1;
  int slow = 2;
  int& won = co_await race(reference_to(slow, 2s), reference_to(fast, 1s));
  EXPECT_EQ(&won, &fast);
}

}  // namespace
}  // namespace eddy

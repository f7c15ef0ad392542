// SPDX-License-Identifier: MIT
#include "eddy/core/task.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/core/run.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using test::Counters;
using test::Tracked;

Task<int> number(int n) { co_return n; }
Task<int> later(int n) {
  co_await sleep(1s);
  co_return n;
}
Task<int> fails() {
  throw std::out_of_range("no such number");
  co_return 0;
}
Task<std::unique_ptr<int>> move_only() { co_return std::make_unique<int>(4); }
Task<int&> reference(int& n) { co_return n; }
Task<std::string> converted() { co_return "from a literal"; }
Task<> note(std::string& log, const char* what) {
  log += what;
  co_return;
}
Task<int> keeps(Tracked argument) {
  co_await sleep(1s);
  co_return argument.value();
}

EDDY_TEST(TaskTest, DoesNothingUntilItIsAwaited) {
  std::string log;
  Task<> task = note(log, "ran");
  co_await checkpoint();
  EXPECT_EQ(log, "");
  co_await std::move(task);
  EXPECT_EQ(log, "ran");
}

EDDY_TEST(TaskTest, RunsAtOnceWhenAwaitedWithoutGivingUpTheTurn) {
  std::string log;
  auto other = create_task(note, std::ref(log), "other");
  co_await note(log, "mine ");
  EXPECT_EQ(log, "mine ");
  co_await other;
  EXPECT_EQ(log, "mine other");
}

EDDY_TEST(TaskTest, GivesItsValueAtOnceOrLater) {
  EXPECT_EQ(co_await number(7), 7);
  auto before = now();
  EXPECT_EQ(co_await later(8), 8);
  EXPECT_EQ(now() - before, 1s);
}

EDDY_TEST(TaskTest, MovesAMoveOnlyResultOut) {
  std::unique_ptr<int> result = co_await move_only();
  CO_ASSERT_TRUE(result != nullptr);
  EXPECT_EQ(*result, 4);
}

EDDY_TEST(TaskTest, GivesAReferenceToTheVeryObject) {
  int n = 1;
  int& same = co_await reference(n);
  EXPECT_EQ(&same, &n);
}

EDDY_TEST(TaskTest, ConvertsWhatIsReturned) { EXPECT_EQ(co_await converted(), "from a literal"); }

EDDY_TEST(TaskTest, ThrowsWhatItsBodyThrew) {
  bool caught = false;
  try {
    co_await fails();
  } catch (const std::out_of_range& error) {
    caught = true;
    EXPECT_STREQ(error.what(), "no such number");
  }
  EXPECT_TRUE(caught);
}

EDDY_TEST(TaskTest, AnErrorPassesEveryFrameThatDoesNotCatchIt) {
  std::string log;
  auto inner = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "inner "; });
    co_await later(1);
    throw std::runtime_error("deep");
  };
  auto outer = [&]() -> Task<> {
    ScopeGuard guard([&] { log += "outer"; });
    co_await inner();
    log += "unreached";
  };
  auto result = co_await outcome(outer());
  EXPECT_EQ(result.message(), "deep");
  EXPECT_EQ(log, "inner outer");
}

EDDY_TEST(TaskTest, AResultIsMovedOnceAndNeverCopied) {
  Counters counts;
  auto make = [&]() -> Task<Tracked> { co_return Tracked(counts, 3); };
  {
    Tracked result = co_await make();
    EXPECT_EQ(result.value(), 3);
  }
  EXPECT_EQ(counts.copies, 0);
  EXPECT_EQ(counts.moves, 2);  // into the promise, out of it
}

EDDY_TEST(TaskTest, ArgumentsDieWithTheTaskThatWasNeverAwaited, test::Options{}.debug(false)) {
  Counters counts;
  {
    Task<int> task = keeps(Tracked(counts, 1));
    EXPECT_EQ(counts.alive(), 1);
  }
  EXPECT_EQ(counts.alive(), 0);
  co_return;
}

EDDY_TEST(TaskTest, ArgumentsDieWithTheFrameBeforeTheAwaiterGoesOn) {
  Counters counts;
  EXPECT_EQ(co_await keeps(Tracked(counts, 6)), 6);
  EXPECT_EQ(counts.alive(), 0);
}

EDDY_TEST(TaskTest, IsMovable, test::Options{}.debug(false)) {
  Task<int> first = number(1);
  Task<int> second = std::move(first);
  EXPECT_FALSE(first.valid());  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_TRUE(second.valid());
  second = number(2);  // the one it held dies unawaited
  EXPECT_EQ(co_await std::move(second), 2);
  EXPECT_FALSE(second.valid());  // NOLINT(bugprone-use-after-move): on purpose
}

EDDY_TEST(TaskTest, AwaitingAMovedFromOneSaysSo) {
  Task<int> task = number(1);
  EXPECT_EQ(co_await std::move(task), 1);
  std::string message;
  try {
    co_await std::move(task);  // NOLINT(bugprone-use-after-move): on purpose
  } catch (const RuntimeError& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("awaited or moved from already"), std::string::npos) << message;
}

EDDY_TEST(TaskTest, SpawningOrCombiningAMovedFromOneSaysSo) {
  Task<int> task = number(1);
  EXPECT_EQ(co_await std::move(task), 1);
  EXPECT_THROW(create_task(std::move(task)), RuntimeError);         // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW((void)wait_for(std::move(task), 1s), RuntimeError);  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW((void)outcome(std::move(task)), RuntimeError);       // NOLINT(bugprone-use-after-move): on purpose
}

EDDY_TEST(TaskTest, WorksInPlainFunctionsThatForwardIt) {
  auto forward = [](int n) { return later(n + 1); };
  EXPECT_EQ(co_await forward(1), 2);
}

TEST(TaskOutsideTest, BelongsToNoLoopUntilItStarts) {
  Task<int> task = number(5);
  EXPECT_EQ(run(std::move(task)), 5);
}

Task<int> sum_to(int n) {
  if (n == 0) co_return 0;
  int rest = co_await sum_to(n - 1);
  co_return n + rest;
}

EDDY_TEST(TaskTest, CallsItselfRecursively) { EXPECT_EQ(co_await sum_to(100), 5050); }

}  // namespace
}  // namespace eddy

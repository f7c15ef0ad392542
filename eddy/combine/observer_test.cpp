// SPDX-License-Identifier: MIT
#include "eddy/combine/observer.h"

#include <chrono>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

/// What an observer was told: "3+" for three expected, "." for one done, "|" for the end.
class Notes {
 public:
  explicit Notes(std::string& told) : told_(&told) {}
  Notes(Notes&& other) noexcept : told_(std::exchange(other.told_, nullptr)) {}
  Notes& operator=(Notes&&) = delete;
  ~Notes() {
    if (told_) *told_ += "~";
  }

  void expect(std::size_t n) noexcept { *told_ += std::to_string(n) + "+"; }
  void advance() noexcept { *told_ += "."; }
  void close() noexcept { *told_ += "|"; }

 private:
  std::string* told_;
};

static_assert(Observer<Notes> && Observer<Notes&>);
static_assert(!Observer<Task<>> && !Observer<int> && !Observer<std::vector<Task<>>>);

Task<int> work(int result, Duration time) {
  co_await sleep(time);
  co_return result;
}

Task<int> fails(Duration time) {
  co_await sleep(time);
  throw std::runtime_error("failed");
}

std::vector<Task<int>> three() {
  std::vector<Task<int>> tasks;
  for (int i = 1; i <= 3; ++i) tasks.push_back(work(i, i * 1s));
  return tasks;
}

EDDY_TEST(Observer, GatherTellsItOfEachThatIsDone) {
  std::string told;
  auto results = co_await gather(Notes(told), three());
  EXPECT_EQ(results, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(told, "3+...|~");
}

EDDY_TEST(Observer, GatherOfSeveralKinds) {
  std::string told;
  auto name = []() -> Task<std::string> { co_return "x"; };
  auto [number, text] = co_await gather(Notes(told), work(7, 1s), name());
  EXPECT_EQ(number, 7);
  EXPECT_EQ(text, "x");
  EXPECT_EQ(told, "2+..|~");
}

EDDY_TEST(Observer, OfNothingIsClosedToo) {
  std::string told;
  auto none = co_await gather(Notes(told), std::vector<Task<int>>());
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(told, "0+|~");
}

EDDY_TEST(Observer, ThatStaysTheCallersIsNotClosed) {
  std::string told;
  {
    Notes notes(told);
    co_await gather(notes, three());
    co_await gather(notes, work(1, 1s), work(2, 1s));
    EXPECT_EQ(told, "3+...2+..");
  }
  EXPECT_EQ(told, "3+...2+..~");
}

EDDY_TEST(Observer, AFailureIsNotProgressUnlessItIsAResult) {
  std::string told;
  CO_ASSERT_THROW(co_await gather(Notes(told), work(1, 1s), fails(2s), work(3, 3s)), std::runtime_error);
  EXPECT_EQ(told, "3+.|~");
  told.clear();
  auto kept = co_await gather(Notes(told), return_exceptions, work(1, 1s), fails(2s), work(3, 3s));
  EXPECT_EQ(kept.first.value(), 1);
  EXPECT_TRUE(kept.second.error());
  EXPECT_EQ(told, "3+...|~");
  told.clear();
  auto all = co_await gather(return_exceptions, Notes(told), three());
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(told, "3+...|~");
}

EDDY_TEST(Observer, ARangeThatFailsIsClosed) {
  std::string told;
  std::vector<int> numbers{1, 2};
  auto make = [](int n) -> Task<int> {
    if (n == 2) throw std::runtime_error("no task");
    return work(n, 1s);
  };
  auto tasks = numbers | std::views::transform(make);
  CO_ASSERT_THROW(co_await gather(Notes(told), tasks), std::runtime_error);
  EXPECT_EQ(told, "0+|~");
}

EDDY_TEST(Observer, ACancelledGatherClosesIt) {
  std::string told;
  auto task = create_task([&]() -> Task<> { co_await gather(Notes(told), three()); });
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(told, "3+.|~");
}

EDDY_TEST(Observer, AGatherThatNeverRunsTellsNothing, test::Options{}.debug(false)) {
  std::string told;
  {
    auto never = gather(Notes(told), three());
  }
  EXPECT_EQ(told, "~");
  co_return;
}

EDDY_TEST(Observer, AsCompletedTellsItWhatWasHandedOut) {
  std::string told;
  {
    auto completed = as_completed(Notes(told), three());
    EXPECT_EQ(told, "3+");
    co_await sleep(5s);
    EXPECT_EQ(told, "3+") << "done, but not asked for";
    int sum = 0;
    while (auto next = co_await completed.next()) sum += next->value();
    EXPECT_EQ(sum, 6);
    EXPECT_EQ(told, "3+...|");
  }
  EXPECT_EQ(told, "3+...|~");
}

EDDY_TEST(Observer, AsCompletedLeftEarlyOrOutOfTime) {
  std::string told;
  {
    auto completed = as_completed(Notes(told), three(), 1500ms);
    auto first = co_await completed.next();
    EXPECT_EQ(first->value(), 1);
    CO_ASSERT_THROW(co_await completed.next(), TimeoutError);
  }
  EXPECT_EQ(told, "3+.~");
}

EDDY_TEST(Observer, AsCompletedCancelledWhileItWaits) {
  std::string told;
  Notes notes(told);
  auto task = create_task([&]() -> Task<> {
    auto completed = as_completed(notes, three());
    while (auto next = co_await completed.next()) {
    }
  });
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_EQ(told, "3+.");
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/flow/progress_stage.h"

#include <cstdlib>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <vector>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/progress_screen_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

namespace it = eddy::iter;
using namespace std::chrono_literals;
using Ints = std::vector<int>;

ProgressOptions on(ProgressOutput& output) { return ProgressOptions{}.output(output); }

Task<int> work(int result, Duration time) {
  co_await sleep(time);
  co_return result;
}

std::vector<Task<int>> three() {
  std::vector<Task<int>> tasks;
  for (int i = 1; i <= 3; ++i) tasks.push_back(work(i, i * 1s));
  return tasks;
}

std::string head(const FakeScreen& screen) { return screen.text().substr(0, screen.text().find('|')); }

EDDY_TEST(ProgressWith, Gather) {
  FakeScreen screen;
  auto task = create_task([&]() -> Task<Ints> { co_return co_await gather(Progress("pages", on(screen)), three()); });
  co_await sleep(2500ms);
  EXPECT_EQ(head(screen), "pages:  66%");
  auto results = co_await task;
  EXPECT_EQ(results, (Ints{1, 2, 3}));
  EXPECT_NE(screen.text().find("3/3 [00:03, 1.00it/s]\n"), std::string::npos) << screen.text();
}

EDDY_TEST(ProgressWith, GatherThatIsCancelledStaysAsItIs) {
  FakeScreen screen;
  auto task = create_task([&]() -> Task<> { co_await gather(Progress("pages", on(screen)), three()); });
  co_await sleep(1500ms);
  co_await cancel_and_wait(task);
  EXPECT_NE(screen.text().find("1/3 [00:01, 1.50s/it]\n"), std::string::npos) << screen.text();
}

EDDY_TEST(ProgressWith, ThePublicSpellings) {
  ::setenv("EDDY_PROGRESS", "off", 1);
  std::vector<Task<int>> tasks = three();
  auto results = co_await eddy::gather(eddy::Progress{"pages"}, std::move(tasks));  // shapes: ok — has a constructor
  EXPECT_EQ(results.size(), 3U);
  auto [a, b] =
      co_await eddy::gather(eddy::Progress{"pages"}, work(1, 1s), work(2, 1s));  // shapes: ok — has a constructor
  EXPECT_EQ(a + b, 3);
  Ints numbers{1, 2, 3};
  EXPECT_EQ(co_await it::count(numbers | it::progress("rows")), 3U);
  EXPECT_EQ(co_await it::count(numbers | it::progress("rows", 3)), 3U);
  ::unsetenv("EDDY_PROGRESS");
}

EDDY_TEST(ProgressWith, AsCompleted) {
  FakeScreen screen;
  auto completed = as_completed(Progress("pages", on(screen)), three());
  int sum = 0;
  while (auto next = co_await completed.next()) {
    sum += next->value();
    EXPECT_EQ(head(screen), "pages: " + std::string(sum == 1 ? " 33%" : sum == 3 ? " 66%" : "100%"));
  }
  EXPECT_EQ(sum, 6);
}

EDDY_TEST(ProgressStage, CountsWhatHasBeenDealtWith) {
  FakeScreen screen;
  auto pipeline = Ints{1, 2, 3} | it::map([](int i) { return work(i, 1s); }) | it::progress("rows", on(screen));
  auto first = co_await pipeline.next();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(screen.text(), "rows: 0it [00:00, ?it/s]\n");
  co_await pipeline.next();
  co_await pipeline.next();
  EXPECT_EQ(screen.text(), "rows: 2it [00:02, 1.00it/s]\n");
  auto end = co_await pipeline.next();
  EXPECT_FALSE(end);
  EXPECT_EQ(screen.text(), "rows: 3it [00:03, 1.00it/s]\n");
}

EDDY_TEST(ProgressStage, PassesReferencesAndWhatCannotBeCopied) {
  FakeScreen screen;
  Ints numbers{1, 2, 3};
  co_await it::for_each(numbers | it::progress("rows", 3, on(screen)), [](int& i) { i *= 10; });
  EXPECT_EQ(numbers, (Ints{10, 20, 30}));
  EXPECT_EQ(head(screen), "rows: 100%");
  std::vector<std::unique_ptr<int>> owned;
  owned.push_back(std::make_unique<int>(5));
  auto collected = co_await it::collect(std::move(owned) | it::progress("rows", on(screen)));
  EXPECT_EQ(*collected[0], 5);
}

EDDY_TEST(ProgressStage, ABarOfTheCallersIsNotClosed) {
  FakeScreen screen;
  Progress bar("rows", on(screen));
  Ints numbers{1, 2, 3};
  co_await it::count(numbers | it::progress(bar));
  EXPECT_EQ(bar.done(), 3U);
  EXPECT_EQ(bar.total(), 3U);
  co_await it::count(numbers | it::progress(bar));
  EXPECT_EQ(bar.total(), 6U);
  EXPECT_EQ(head(screen), "rows: 100%");
}

EDDY_TEST(ProgressStage, ARangeKnowsHowManyThereAre) {
  FakeScreen screen;
  Ints numbers{1, 2, 3};
  co_await it::count(numbers | it::progress("rows", on(screen)));
  EXPECT_EQ(head(screen), "rows: 100%");
  auto unknown = numbers | std::views::filter([](int i) { return i > 1; });
  co_await it::count(unknown | it::progress("some", on(screen)));
  EXPECT_EQ(screen.lines().back(), "some: 2it [00:00, ?it/s]");
}

EDDY_TEST(ProgressStage, LeftEarlyOrByAnErrorItIsClosed) {
  FakeScreen screen;
  {
    auto pipeline = Ints{1, 2, 3} | it::progress("rows", 3, on(screen));
    co_await pipeline.next();
    co_await pipeline.next();
    EXPECT_FALSE(screen.text().ends_with("1/3 [00:00]\n"));
  }
  EXPECT_EQ(head(screen), "rows:  33%");
  auto fails = [](int i) {
    if (i == 2) throw std::runtime_error("two");
    return i;
  };
  Ints numbers{1, 2, 3};
  CO_ASSERT_THROW(co_await it::count(numbers | it::map(fails) | it::progress("more", 3, on(screen))),
                  std::runtime_error);
  EXPECT_EQ(screen.lines().back().substr(0, 10), "more:  33%");
  screen.print("below");
  EXPECT_EQ(screen.lines().back(), "below") << "no bar is left";
}

}  // namespace
}  // namespace eddy

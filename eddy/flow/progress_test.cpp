// SPDX-License-Identifier: MIT
#include "eddy/flow/progress.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/create_task.h"
#include "eddy/flow/progress_output.h"
#include "eddy/flow/progress_screen_test.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

ProgressOptions on(ProgressOutput& output) { return ProgressOptions{}.output(output); }

/// Label and percentage of each bar; lines that are none whole.
Lines heads(const FakeScreen& screen) {
  Lines all = screen.lines();
  for (std::string& line : all) line.erase(std::min(line.size(), line.find('|')));
  return all;
}

Task<> advance_slowly(Progress& bar, int steps, Duration each) {
  for (int i = 0; i < steps; ++i) {
    co_await sleep(each);
    bar.advance();
  }
}

EDDY_TEST(Progress, IsDrawnAsTimePasses) {
  FakeScreen screen;
  Progress bar("pages", 10, on(screen));
  EXPECT_EQ(screen.text(), "pages:   0%|                         | 0/10 [00:00<?, ?it/s]\n");
  co_await advance_slowly(bar, 4, 500ms);
  EXPECT_EQ(screen.text(), "pages:  40%|#######           | 4/10 [00:02<00:03, 2.00it/s]\n");
  co_await advance_slowly(bar, 6, 500ms);
  bar.close();
  EXPECT_EQ(screen.text(), "pages: 100%|#######################| 10/10 [00:05, 2.00it/s]\n");
}

EDDY_TEST(Progress, IsDrawnAtMostEveryInterval) {
  FakeScreen screen;
  Progress bar("pages", 1000, on(screen));
  const int frames = screen.frames;
  co_await advance_slowly(bar, 100, 1ms);
  EXPECT_EQ(bar.done(), 100U);
  EXPECT_LE(screen.frames - frames, 1);
  Progress often("often", 1000, on(screen).min_interval(5ms));
  const int before = screen.frames;
  co_await advance_slowly(often, 100, 1ms);
  EXPECT_GE(screen.frames - before, 10);
}

EDDY_TEST(Progress, TheLastStepIsDrawnAtOnce) {
  FakeScreen screen;
  Progress bar("pages", 1000, on(screen));
  bar.advance(999);
  EXPECT_EQ(screen.lines()[0].substr(0, 11), "pages:   0%");
  bar.advance();
  EXPECT_EQ(screen.lines()[0].substr(0, 11), "pages: 100%");
  co_return;
}

EDDY_TEST(Progress, NoticesALullAfterManyQuickSteps) {
  FakeScreen screen;
  Progress bar("pages", {}, on(screen));
  for (int i = 0; i < 1'000'000; ++i) bar.advance();
  co_await advance_slowly(bar, 64, 1s);
  EXPECT_GE(screen.frames, 2) << "at most 64 steps go unseen";
}

EDDY_TEST(Progress, TheRateFollowsTheLastSteps) {
  FakeScreen screen;
  Progress bar("x", 1000, on(screen));
  co_await advance_slowly(bar, 20, 1s);
  EXPECT_NE(screen.text().find("1.00it/s"), std::string::npos) << screen.text();
  co_await advance_slowly(bar, 100, 200ms);
  EXPECT_NE(screen.text().find("5.00it/s"), std::string::npos) << screen.text();
  bar.close();
  EXPECT_NE(screen.text().find("3.00it/s"), std::string::npos) << "at the end, of the whole: " << screen.text();
}

EDDY_TEST(Progress, WithoutATotalItCounts) {
  FakeScreen screen;
  {
    Progress bar("rows", on(screen).unit("row"));
    EXPECT_FALSE(bar.total());
    co_await advance_slowly(bar, 3, 1s);
  }
  EXPECT_EQ(screen.text(), "rows: 3row [00:03, 1.00row/s]\n");
}

EDDY_TEST(Progress, WhatIsExpectedAddsUpUnlessATotalWasSet) {
  FakeScreen screen;
  Progress bar("pages", on(screen));
  bar.expect(3);
  bar.expect(4);
  EXPECT_EQ(bar.total(), 7U);
  bar.set_total(20);
  bar.expect(5);
  EXPECT_EQ(bar.total(), 20U);
  Progress given("given", 2, on(screen));
  given.expect(5);
  EXPECT_EQ(given.total(), 2U);
  Progress begun("begun", on(screen));
  begun.advance(5);
  begun.expect(3);
  EXPECT_EQ(begun.total(), 8U);
  co_return;
}

EDDY_TEST(Progress, LabelAndPostfixMayChange) {
  FakeScreen screen;
  Progress bar("a", 100, on(screen));
  co_await advance_slowly(bar, 1, 1s);
  bar.set_postfix("2 failed");
  bar.set_label("b");
  EXPECT_EQ(screen.lines()[0][0], 'a') << "not more often than the interval";
  co_await sleep(1s);
  bar.set_label("c\nd");
  EXPECT_EQ(screen.text(), "c d:   1%|         | 1/100 [00:02<01:39, 1.00it/s, 2 failed]\n");
}

EDDY_TEST(Progress, SeveralStandOneUnderTheOther) {
  FakeScreen screen(31);
  Progress outer("outer", 2, on(screen));
  for (int i = 0; i < 2; ++i) {
    Progress inner("inner", 4, on(screen).leave(false));
    co_await advance_slowly(inner, 2, 1s);
    EXPECT_EQ(screen.lines().size(), 2U);
    EXPECT_EQ(screen.lines()[1].substr(0, 11), "inner:  50%");
    outer.advance();
    EXPECT_EQ(screen.lines().size(), 2U);
  }
  EXPECT_EQ(heads(screen), Lines{"outer: 100%"});
  EXPECT_FALSE(screen.out_of_bounds);
}

EDDY_TEST(Progress, AFinishedOneStaysAboveThoseThatLive) {
  FakeScreen screen(31);
  std::optional<Progress> a(std::in_place, "a", 2, on(screen));
  Progress b("b", 2, on(screen));
  Progress c("c", 2, on(screen));
  b.advance(2);
  b.close();
  EXPECT_EQ(heads(screen), (Lines{"b: 100%", "a:   0%", "c:   0%"}));
  a.reset();
  c.advance(2);
  EXPECT_EQ(heads(screen), (Lines{"b: 100%", "a:   0%", "c: 100%"}));
  EXPECT_FALSE(screen.out_of_bounds);
  co_return;
}

EDDY_TEST(Progress, TextIsPrintedAboveTheBars) {
  FakeScreen screen(31);
  Progress a("a", 2, on(screen));
  Progress b("b", 2, on(screen));
  screen.print("a line");
  screen.print("two\nlines\n");
  EXPECT_EQ(heads(screen), (Lines{"a line", "two", "lines", "a:   0%", "b:   0%"}));
  b.advance(2);
  EXPECT_EQ(heads(screen)[4], "b: 100%");
  co_return;
}

EDDY_TEST(Progress, FollowsTheWidthOfTheTerminal) {
  FakeScreen screen(31);
  Progress a("a", 2, on(screen));
  Progress b("b", 2, on(screen));
  screen.now.columns = 21;
  b.advance(2);
  EXPECT_EQ(heads(screen), (Lines{"a:   0%", "b: 100%"})) << screen.text();
  EXPECT_EQ(screen.lines()[0].size(), 20U);
  EXPECT_EQ(screen.lines()[1].size(), 20U);
  co_return;
}

EDDY_TEST(Progress, MoreBarsThanRowsWaitForTheirs) {
  FakeScreen screen(31, 3);
  std::optional<Progress> a(std::in_place, "a", 2, on(screen).leave(false));
  Progress b("b", 2, on(screen));
  Progress c("c", 2, on(screen));
  c.advance(2);
  EXPECT_EQ(heads(screen), (Lines{"a:   0%", "b:   0%"}));
  a.reset();
  EXPECT_EQ(heads(screen), (Lines{"b:   0%", "c: 100%"}));
  EXPECT_FALSE(screen.out_of_bounds);
  co_return;
}

EDDY_TEST(Progress, MovesWithItsObject) {
  FakeScreen screen(31);
  Progress a("a", 2, on(screen));
  a.advance();
  Progress moved = std::move(a);
  moved.advance();
  EXPECT_EQ(moved.done(), 2U);
  EXPECT_EQ(heads(screen), Lines{"a: 100%"});
  moved = Progress("b", 2, on(screen));
  EXPECT_EQ(heads(screen), (Lines{"a: 100%", "b:   0%"}));
  co_return;
}

EDDY_TEST(Progress, ClosedItOnlyCounts) {
  FakeScreen screen(31);
  Progress bar("a", 2, on(screen));
  bar.close();
  bar.close();
  const int frames = screen.frames;
  bar.advance(2);
  bar.set_label("b");
  bar.set_total(9);
  EXPECT_EQ(bar.done(), 2U);
  EXPECT_EQ(screen.frames, frames);
  EXPECT_EQ(heads(screen), Lines{"a:   0%"});
  co_return;
}

// --- no terminal -----------------------------------------------------------------------------------------------------

EDDY_TEST(ProgressPlain, EveryTenthOfTheWholeAndTheEnd) {
  FakeFile file;
  {
    Progress bar("pages", 20, on(file));
    co_await advance_slowly(bar, 20, 2s);
  }
  for (int i = 1; i < 10; ++i) {
    const std::string percent = std::to_string(i * 10);
    EXPECT_NE(file.written.find("pages: " + percent + "% " + std::to_string(i * 2) + "/20 ["), std::string::npos);
  }
  EXPECT_EQ(std::count(file.written.begin(), file.written.end(), '\n'), 10);
  EXPECT_TRUE(file.written.ends_with("pages: 100% 20/20 [00:40, 2.00s/it]\n")) << file.written;
}

EDDY_TEST(ProgressPlain, EveryTenSecondsWhateverTheTotal) {
  FakeFile file;
  Progress counted("rows", on(file));
  co_await advance_slowly(counted, 35, 1s);
  EXPECT_EQ(file.written,
            "rows: 10it [00:10, 1.00it/s]\n"
            "rows: 20it [00:20, 1.00it/s]\n"
            "rows: 30it [00:30, 1.00it/s]\n");
  file.written.clear();
  Progress large("large", 10'000, on(file));
  co_await advance_slowly(large, 20, 1s);
  EXPECT_EQ(std::count(file.written.begin(), file.written.end(), '\n'), 2);
}

EDDY_TEST(ProgressPlain, SomethingQuickIsOneLine) {
  FakeFile file;
  {
    Progress bar("pages", 100, on(file));
    co_await advance_slowly(bar, 100, 1ms);
    EXPECT_EQ(file.written, "");
  }
  EXPECT_EQ(file.written, "pages: 100% 100/100 [00:00, 1000.00it/s]\n");
}

EDDY_TEST(ProgressPlain, WhatDoesNotStaySaysNothingAtItsEnd) {
  FakeFile file;
  {
    Progress bar("inner", 100, on(file).leave(false));
  }
  EXPECT_EQ(file.written, "");
  co_return;
}

// --- told to ---------------------------------------------------------------------------------------------------------

EDDY_TEST(Progress, OffItOnlyCounts) {
  FakeScreen screen;
  Progress bar("a", 2, on(screen).mode(ProgressMode::kOff));
  bar.advance();
  bar.set_postfix("x");
  EXPECT_EQ(bar.done(), 1U);
  EXPECT_EQ(bar.total(), 2U);
  EXPECT_EQ(screen.frames, 0);
  co_return;
}

EDDY_TEST(Progress, ModesCanBeChosen) {
  FakeScreen screen;
  {
    Progress bar("a", 2, on(screen).mode(ProgressMode::kPlain));
  }
  EXPECT_EQ(screen.text(), "a: 0% 0/2 [00:00, ?it/s]\n");
  FakeFile file;
  {
    Progress bar("a", 2, on(file).mode(ProgressMode::kBar));
  }
  EXPECT_NE(file.written.find('|'), std::string::npos);
  co_return;
}

EDDY_TEST(Progress, TheEnvironmentOverrules) {
  FakeScreen screen;
  ::setenv("EDDY_PROGRESS", "off", 1);
  Progress off("a", 2, on(screen).mode(ProgressMode::kBar));
  EXPECT_EQ(screen.frames, 0);
  ::setenv("EDDY_PROGRESS", "plain", 1);
  {
    Progress plain("a", 2, on(screen));
  }
  EXPECT_EQ(screen.text(), "a: 0% 0/2 [00:00, ?it/s]\n");
  ::setenv("EDDY_PROGRESS", "bar", 1);
  FakeFile file;
  Progress bar("a", 2, on(file));
  EXPECT_NE(file.written.find('|'), std::string::npos);
  ::unsetenv("EDDY_PROGRESS");
  co_return;
}

TEST(ProgressTest, WorksWithoutALoop) {
  FakeScreen screen(31);
  {
    Progress bar("a", 3, on(screen));
    for (int i = 0; i < 3; ++i) bar.advance();
  }
  EXPECT_EQ(heads(screen), Lines{"a: 100%"});
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "eddy/base/random.h"
#include "eddy/flow/detail/progress_line.h"
#include "eddy/flow/detail/text_width.h"

namespace eddy::detail {
namespace {

using namespace std::chrono_literals;

ProgressState half_way() {
  ProgressState state;
  state.label = "pages";
  state.total = 100;
  state.done = 45;
  state.elapsed = 4s + 500ms;
  state.rate = 10.0;
  return state;
}

ProgressScreen screen_of(int columns, bool unicode = false) {
  ProgressScreen screen;
  screen.columns = columns + 1;
  screen.unicode = unicode;
  return screen;
}

std::string at(int columns, const ProgressState& state) { return progress_bar_line(state, screen_of(columns)); }

TEST(ProgressLine, SaysHowFarHowLongAndHowFast) {
  EXPECT_EQ(at(60, half_way()), "pages:  45%|######         | 45/100 [00:04<00:05, 10.00it/s]");
  EXPECT_EQ(progress_plain_line(half_way()), "pages: 45% 45/100 [00:04<00:05, 10.00it/s]");
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  auto state = half_way();
  state.postfix = "3 failed";
  EXPECT_EQ(at(70, state), "pages:  45%|######         | 45/100 [00:04<00:05, 10.00it/s, 3 failed]");
  EXPECT_EQ(at(60, state), "pages:  45%|######         | 45/100 [00:04<00:05, 10.00it/s]");
  EXPECT_EQ(at(45, state), "pages:  45%|####       | 45/100 [00:04<00:05]");
  EXPECT_EQ(at(30, state), "pages:  45%|####      | 45/100");
  EXPECT_EQ(at(22, state), "pages:  45%|####     |");
  EXPECT_EQ(at(19, state), "pages:  45% 45/100");
  EXPECT_EQ(at(15, state), "pages:  45%");
  EXPECT_EQ(at(8, state), "pages:..");
}

TEST(ProgressLine, WithoutATotalItCounts) {
  auto state = half_way();
  state.total.reset();
  EXPECT_EQ(at(60, state), "pages: 45it [00:04, 10.00it/s]");
  EXPECT_EQ(at(25, state), "pages: 45it [00:04]");
  EXPECT_EQ(at(12, state), "pages: 45it");
  EXPECT_EQ(progress_plain_line(state), "pages: 45it [00:04, 10.00it/s]");
  state.label = "";
  EXPECT_EQ(at(60, state), "45it [00:04, 10.00it/s]");
}

TEST(ProgressLine, ATotalThatIsExceededIsNotBelieved) {
  auto state = half_way();
  state.done = 101;
  EXPECT_EQ(at(60, state), "pages: 101it [00:04, 10.00it/s]");
}

TEST(ProgressLine, AHundredPercentIsAllOfIt) {
  auto state = half_way();
  state.total = 1000;
  state.done = 999;
  EXPECT_EQ(progress_plain_line(state).substr(0, 10), "pages: 99%");
  state.done = 1000;
  EXPECT_EQ(progress_plain_line(state).substr(0, 11), "pages: 100%");
  state.total = 0;
  state.done = 0;
  EXPECT_EQ(progress_plain_line(state).substr(0, 15), "pages: 100% 0/0");
}

TEST(ProgressLine, AtTheEndThereIsNothingLeftToWaitFor) {
  auto state = half_way();
  state.ended = true;
  EXPECT_EQ(progress_plain_line(state), "pages: 45% 45/100 [00:04, 10.00it/s]");
}

TEST(ProgressLine, WithoutARateNothingIsForetold) {
  auto state = half_way();
  state.rate.reset();
  EXPECT_EQ(progress_plain_line(state), "pages: 45% 45/100 [00:04<?, ?it/s]");
}

TEST(ProgressLine, SlowStepsAreSecondsEach) {
  auto state = half_way();
  state.rate = 0.4;
  state.elapsed = 3h + 4min + 5s;
  EXPECT_EQ(progress_plain_line(state), "pages: 45% 45/100 [3:04:05<02:17, 2.50s/it]");
}

TEST(ProgressLine, LargeNumbersAreScaledWhenAsked) {
  auto state = half_way();
  state.unit = std::string("B");
  state.total = 5'000'000;
  state.done = 1'536'000;
  state.rate = 999'600;
  state.scale = ProgressScale::kSi;
  EXPECT_EQ(progress_plain_line(state), "pages: 30% 1.54M/5.00M [00:04<00:03, 1.00MB/s]");
  state.scale = ProgressScale::kBinary;
  EXPECT_EQ(progress_plain_line(state), "pages: 30% 1.46Mi/4.77Mi [00:04<00:03, 976KiB/s]");
}

TEST(ProgressLine, EighthsOfABlockAreDrawnWhereTheLocaleHasThem) {
  auto state = half_way();
  state.done = 19;
  state.label = "";
  const std::string line = progress_bar_line(state, screen_of(14, true));
  EXPECT_EQ(line, " 19%|█▌      |");
  state.done = 100;
  EXPECT_EQ(progress_bar_line(state, screen_of(14, true)), "100%|████████|");
}

TEST(ProgressLine, ColorTellsHowItStands) {
  auto state = half_way();
  auto screen = screen_of(22);
  screen.color = true;
  EXPECT_EQ(progress_bar_line(state, screen), "pages:  45%|\x1b[36m####\x1b[0m     |");
  state.ended = true;
  EXPECT_EQ(progress_bar_line(state, screen), "pages:  45%|\x1b[31m####\x1b[0m     |");
  state.done = 100;
  EXPECT_EQ(progress_bar_line(state, screen), "pages: 100%|\x1b[32m#########\x1b[0m|");
  state.color = false;
  EXPECT_EQ(progress_bar_line(state, screen), "pages: 100%|#########|");
}

TEST(ProgressLine, ALongLabelLeavesRoomForTheRest) {
  auto state = half_way();
  state.label = "a-file-with-a-long-name.tar.gz";
  EXPECT_EQ(at(60, state), "a-file-with-a-long-nam..:  45%|#########            | 45/100");
  EXPECT_EQ(progress_bar_line(state, screen_of(50, true)).substr(0, 23), "a-file-with-a-long-…:");
}

TEST(ProgressLine, AWidthOfItsOwnIsKept) {
  auto state = half_way();
  state.width = 30;
  EXPECT_EQ(at(60, state), "pages:  45%|####      | 45/100");
}

ProgressState random_state(Random& random) {
  constexpr const char* kLabels[] = {"", "pages", "ein längerer Name", "下载文件", "a-file-with-a-long-name.tar.gz"};
  ProgressState state;
  state.label = kLabels[random.below(5)];
  state.postfix = kLabels[random.below(5)];
  if (random.below(3) > 0) state.total = random.below(3) == 0 ? random.next() >> 1U : random.below(2000);
  state.done = random.below(2000);
  state.elapsed = Duration(static_cast<detail::Nanos>(random.below(1ULL << 58U)));
  if (random.below(3) > 0) state.rate = random.uniform() * static_cast<double>(random.below(1'000'000'000));
  state.scale = static_cast<ProgressScale>(random.below(3));
  state.ended = random.below(2) == 0;
  return state;
}

TEST(ProgressLine, IsNeverWiderThanTheScreen) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto state = random_state(random);
    const int columns = static_cast<int>(random.below(100));
    ProgressScreen screen;
    screen.columns = columns;
    screen.unicode = random.below(2) == 0;
    const std::string line = progress_bar_line(state, screen);
    ASSERT_LE(text_width(line), std::max(1, columns - 1)) << line;
  }
}

TEST(TextWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(text_width("abc"), 3);
  EXPECT_EQ(text_width("größe"), 5);
  EXPECT_EQ(text_width("下载"), 4);
  EXPECT_EQ(text_width("e\u0301"), 1);
  EXPECT_EQ(text_width("\U0001f40d"), 2);
  EXPECT_EQ(text_width("a\tb\n"), 2);
  EXPECT_EQ(text_width("\xff\xc3"), 2) << "bytes that are no UTF-8 count for themselves";
}

TEST(TextWidth, ShorteningKeepsSymbolsWhole) {
  EXPECT_EQ(shortened("größe", 5, true), "größe");
  EXPECT_EQ(shortened("größer", 5, true), "größ…");
  EXPECT_EQ(shortened("größer", 5, false), "grö..");
  EXPECT_EQ(shortened("下载文件", 4, true), "下…") << "half a symbol does not fit";
  EXPECT_EQ(shortened("abc", 1, false), "a");
  EXPECT_EQ(shortened("abc", 0, true), "");
}

TEST(TextWidth, ALabelStaysOnItsLine) { EXPECT_EQ(on_one_line("a\nb\x1b[2Jc"), "a b [2Jc"); }

TEST(ProgressLine, PercentAreExact) {
  auto state = half_way();
  for (std::size_t done = 0; done <= 100; ++done) {
    state.done = done;
    const std::string expected = "pages: " + std::to_string(done) + "% ";
    EXPECT_EQ(progress_plain_line(state).substr(0, expected.size()), expected);
  }
  state.total = (std::size_t{1} << 60U) + 1;
  state.done = *state.total - 1;
  EXPECT_NE(progress_plain_line(state).find(" 99%"), std::string::npos) << "100 % is all of it";
}

}  // namespace
}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/debug/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "eddy/base/random.h"

namespace eddy::debug {
namespace {

/// Values of all sizes: as many of one digit as of twelve.
std::vector<std::int64_t> values_of_all_sizes(std::size_t count) {
  Random random(7);
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<std::int64_t>(random.next() >> (21 + random.below(43))));
  return values;
}

Histogram histogram_of(const std::vector<std::int64_t>& values) {
  Histogram histogram;
  for (std::int64_t value : values) histogram.record(value);
  return histogram;
}

TEST(HistogramTest, AnEmptyOneIsAllZero) {
  const Histogram empty;
  EXPECT_EQ(empty.count(), 0u);
  EXPECT_EQ(empty.min(), 0u);
  EXPECT_EQ(empty.max(), 0u);
  EXPECT_EQ(empty.mean(), 0);
  EXPECT_EQ(empty.percentile(99), 0u);
  EXPECT_EQ(empty.count_up_to(100), 0u);
}

TEST(HistogramTest, PercentilesAreNeverTooLowAndASixteenthTooHighAtMost) {
  std::vector<std::int64_t> values = values_of_all_sizes(20'000);
  const Histogram histogram = histogram_of(values);
  std::ranges::sort(values);
  for (double percent : {0.0, 1.0, 10.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank =
        static_cast<std::size_t>(std::max(1.0, std::ceil(percent / 100 * static_cast<double>(values.size()))));
    const auto exact = static_cast<std::uint64_t>(values[rank - 1]);
    EXPECT_GE(histogram.percentile(percent), exact) << percent;
    EXPECT_LE(histogram.percentile(percent), exact + exact / 16) << percent;
  }
}

TEST(HistogramTest, CountSumSmallestAndLargestAreExact) {
  const std::vector<std::int64_t> values = values_of_all_sizes(1000);
  const Histogram histogram = histogram_of(values);
  std::uint64_t sum = 0;
  for (std::int64_t value : values) sum += static_cast<std::uint64_t>(value);
  EXPECT_EQ(histogram.count(), values.size());
  EXPECT_EQ(histogram.sum(), sum);
  EXPECT_EQ(histogram.min(), static_cast<std::uint64_t>(*std::ranges::min_element(values)));
  EXPECT_EQ(histogram.max(), static_cast<std::uint64_t>(*std::ranges::max_element(values)));
  EXPECT_DOUBLE_EQ(histogram.mean(), static_cast<double>(sum) / 1000);
}

TEST(HistogramTest, CountUpToIsNeverTooHighAndCountsAllThatAreASixteenthSmaller) {
  const std::vector<std::int64_t> values = values_of_all_sizes(5000);
  const Histogram histogram = histogram_of(values);
  for (std::uint64_t bound = 1; bound < std::uint64_t{1} << 45; bound = bound * 3 + 1) {
    const auto up_to = [&](std::uint64_t limit) {
      return static_cast<std::uint64_t>(
          std::ranges::count_if(values, [&](std::int64_t v) { return static_cast<std::uint64_t>(v) <= limit; }));
    };
    EXPECT_LE(histogram.count_up_to(bound), up_to(bound)) << bound;
    EXPECT_GE(histogram.count_up_to(bound), up_to(bound - bound / 16)) << bound;
  }
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (std::int64_t value = 0; value < 16; ++value) histogram.record(value);
  for (std::uint64_t value = 0; value < 16; ++value) EXPECT_EQ(histogram.count_up_to(value), value + 1);
  EXPECT_EQ(histogram.percentile(50), 7u);
}

TEST(HistogramTest, WhatIsOutOfRangeStillCounts) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(INT64_MAX);
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), static_cast<std::uint64_t>(INT64_MAX));
  EXPECT_EQ(histogram.percentile(100), static_cast<std::uint64_t>(INT64_MAX));
  EXPECT_EQ(histogram.count_up_to(1'000'000'000), 1u);
}

TEST(HistogramTest, MergedIsAsIfRecordedTogether) {
  std::vector<std::int64_t> values = values_of_all_sizes(2000);
  const Histogram together = histogram_of(values);
  Histogram merged = histogram_of({values.begin(), values.begin() + 500});
  merged.merge(histogram_of({values.begin() + 500, values.end()}));
  merged.merge(Histogram());
  EXPECT_EQ(merged.count(), together.count());
  EXPECT_EQ(merged.sum(), together.sum());
  EXPECT_EQ(merged.min(), together.min());
  EXPECT_EQ(merged.max(), together.max());
  for (int percent = 0; percent <= 100; ++percent) EXPECT_EQ(merged.percentile(percent), together.percentile(percent));
}

TEST(HistogramTest, ClearedIsEmpty) {
  Histogram histogram = histogram_of({1, 2, 3});
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
}

}  // namespace
}  // namespace eddy::debug

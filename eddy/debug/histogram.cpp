// SPDX-License-Identifier: MIT
#include "eddy/debug/histogram.h"

#include <algorithm>
#include <cmath>

namespace eddy::debug {

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const noexcept {
  return count_ > 0 ? static_cast<double>(sum_) / static_cast<double>(count_) : 0;
}

std::uint64_t Histogram::top_of(std::size_t bucket) noexcept {
  if (bucket < (1U << kBits)) return bucket;
  if (bucket == kBuckets - 1) return UINT64_MAX;
  const std::size_t shift = (bucket >> kBits) - 1;
  const std::uint64_t mantissa = bucket - (shift << kBits);
  return ((mantissa + 1) << shift) - 1;
}

std::uint64_t Histogram::percentile(double percent) const noexcept {
  if (count_ == 0) return 0;
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto rank =
      std::max(std::uint64_t{1}, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(top_of(i), max_);
  }
  return max_;
}

std::uint64_t Histogram::count_up_to(std::uint64_t value) const noexcept {
  if (value >= max_) return count_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets && top_of(i) <= value; ++i) seen += buckets_[i];
  return seen;
}

}  // namespace eddy::debug

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace eddy::debug {

/// How often which values occurred, for lengths of time and sizes: percentiles within 6.25 %, in 5 KiB.
///
/// Buckets are log-linear: each power of two is divided into sixteen of the same width; values below 16 are exact, from
/// 2^43 (of nanoseconds: 2.4 hours) on they share the last one. Count, sum, smallest and largest are exact. Recording
/// costs two nanoseconds and never allocates. A value: copy it, merge several. One thread at a time.
class Histogram {
 public:
  void record(std::int64_t value) noexcept {
    const std::uint64_t v = value > 0 ? static_cast<std::uint64_t>(value) : 0;
    ++buckets_[bucket_of(v)];
    ++count_;
    sum_ += v;
    if (v < min_) min_ = v;
    if (v > max_) max_ = v;
  }
  void merge(const Histogram& other) noexcept;
  void clear() noexcept { *this = Histogram(); }

  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t sum() const noexcept { return sum_; }
  /// Zero when there are none.
  std::uint64_t min() const noexcept { return count_ > 0 ? min_ : 0; }
  std::uint64_t max() const noexcept { return max_; }
  double mean() const noexcept;

  /// What `percent` of the values do not exceed, 0 to 100: never too low, at most a sixteenth too high.
  std::uint64_t percentile(double percent) const noexcept;

  /// How many do not exceed `value`; those of the bucket that it divides count as larger.
  std::uint64_t count_up_to(std::uint64_t value) const noexcept;

 private:
  static constexpr unsigned kBits = 4;  ///< a power of two has 2^kBits buckets
  static constexpr unsigned kOctaves = 40;
  static constexpr std::size_t kBuckets = std::size_t{kOctaves} << kBits;

  static std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < (1U << kBits)) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
    if (shift >= kOctaves - 1) return kBuckets - 1;
    return (std::size_t{shift} << kBits) + static_cast<std::size_t>(value >> shift);
  }
  /// The largest value that belongs into a bucket.
  static std::uint64_t top_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace eddy::debug

// SPDX-License-Identifier: MIT
//
// A million items need no more memory than ten.
#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <ranges>

#include "eddy/base/sanitizers.h"
#include "eddy/core/frame_memory.h"
#include "eddy/flow/process_batch.h"
#include "eddy/flow/produce_consume.h"
#include "eddy/iter/iter.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
namespace it = eddy::iter;

constexpr int kItems = detail::kSanitized ? 20'000 : 1'000'000;

// One interleaving is as good as another here.
constexpr auto kOneRun = test::Options{}.shuffle(false);

/// How much there was at most when a call looked, beyond what there was at first.
class Peak {
 public:
  void look() {
    if (++looks_ % 500 != 0) return;
    frames_ = std::max(frames_, frame_stats().live);
    slabs_ = std::max(slabs_, frame_stats().slab_bytes);
    heap_ = std::max(heap_, mallinfo2().uordblks);
  }

  /// A call that is ready at once, and now and then one that is not.
  Task<int> call(int i) {
    look();
    if (i % 64 == 0) co_await checkpoint();
    co_return i;
  }

  void expect_constant(int looks) const {
    EXPECT_EQ(looks_, looks);
    EXPECT_LT(frames_ - frames_before_, 200U);
    EXPECT_LE(slabs_ - slabs_before_, 4 * detail::frame_slab_bytes);
    EXPECT_LT(heap_, heap_before_ + 64 * 1024);
  }

 private:
  int looks_ = 0;
  std::uint64_t frames_before_ = frame_stats().live;
  std::uint64_t frames_ = frames_before_;
  std::size_t slabs_before_ = frame_stats().slab_bytes;
  std::size_t slabs_ = slabs_before_;
  std::size_t heap_before_ = mallinfo2().uordblks;
  std::size_t heap_ = heap_before_;
};

EDDY_TEST(ConstantMemory, ForEachConcurrent, kOneRun) {
  Peak peak;
  co_await for_each_concurrent(std::views::iota(0, kItems), [&](int i) { return peak.call(i); }, 10);
  peak.expect_constant(kItems);
}

EDDY_TEST(ConstantMemory, MapConcurrentOfAGeneratorWithoutResults, kOneRun) {
  Peak peak;
  auto numbers = []() -> AsyncGenerator<int> {
    for (int i = 0; i < kItems; ++i) co_yield i;
  };
  auto call = [&](int i) -> Task<> { co_await peak.call(i); };
  co_await map_concurrent(numbers(), call, 10);
  peak.expect_constant(kItems);
}

EDDY_TEST(ConstantMemory, Batches, kOneRun) {
  Peak peak;
  auto results = batches(std::views::iota(0, kItems), [&](int i) { return peak.call(i); }, Batch{}.size(100));
  std::size_t count = 0;
  while (auto batch = co_await results.next()) count += batch->size();
  EXPECT_EQ(count, static_cast<std::size_t>(kItems));
  peak.expect_constant(kItems);
}

EDDY_TEST(ConstantMemory, ProduceConsume, kOneRun) {
  Peak peak;
  auto produce = [](Queue<int>& queue) -> Task<> {
    for (int i = 0; i < kItems; ++i) co_await queue.put(i);
  };
  co_await produce_consume(produce, [&](int i) { return peak.call(i); }, Workers{}.count(10).buffer(100));
  peak.expect_constant(kItems);
}

EDDY_TEST(ConstantMemory, APipelineOfEverything, kOneRun) {
  Peak peak;
  auto plus_one = [](int i) { return i + 1; };
  auto call = [&](int i) { return peak.call(i); };
  auto pipeline = std::views::iota(0, kItems) | it::map(plus_one) | it::map_async(call, 10) |
                  it::map_unordered(call, 10) | it::buffer(100) | it::chunk(50) | it::buffer(2);
  std::size_t count = 0;
  while (auto chunk = co_await pipeline.next()) count += chunk->size();
  EXPECT_EQ(count, static_cast<std::size_t>(kItems));
  peak.expect_constant(2 * kItems);
}

}  // namespace
}  // namespace eddy

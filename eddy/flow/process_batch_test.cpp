// SPDX-License-Identifier: MIT
#include "eddy/flow/process_batch.h"

#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/flow/progress_screen_test.h"
#include "eddy/test/test.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Ints = std::vector<int>;

Task<int> tenfold(int i) {
  co_await sleep(1s);
  co_return i * 10;
}

Task<int> fail_at_3(int i) {
  co_await sleep(1s);
  if (i == 3) throw std::runtime_error("three");
  co_return i;
}

EDDY_TEST(ProcessBatch, TheContractExample) {
  auto start = now();
  auto process = [](int i) -> Task<std::string> {
    co_await sleep(100ms);
    co_return "user " + std::to_string(i);
  };
  FakeScreen screen;
  Progress bar("users", ProgressOptions{}.output(screen));
  auto all = co_await process_batch(std::views::iota(1, 1001), process,
                                    Batch{}.size(50).concurrency(10).pause(100ms).progress(bar));
  CO_ASSERT_EQ(all.size(), 1000U);
  EXPECT_EQ(all[0], "user 1");
  EXPECT_EQ(all[999], "user 1000");
  // 20 batches of 5 rounds, 19 pauses.
  EXPECT_EQ(now() - start, 20 * 5 * 100ms + 19 * 100ms);
  EXPECT_EQ(bar.done(), 1000U);
  EXPECT_EQ(bar.total(), 1000U);
}

EDDY_TEST(ProcessBatch, OneBatchAfterTheOther) {
  std::vector<TimePoint> begun;
  auto start = now();
  auto work = [&](int i) -> Task<> {
    begun.push_back(now());
    co_await sleep(i % 2 == 0 ? 1s : 3s);
  };
  co_await process_batch(std::views::iota(0, 5), work, Batch{}.size(2).pause(10s));
  CO_ASSERT_EQ(begun.size(), 5U);
  EXPECT_EQ(begun[1] - start, 0s);
  EXPECT_EQ(begun[2] - start, 13s);
  EXPECT_EQ(begun[3] - start, 13s);
  EXPECT_EQ(begun[4] - start, 26s);
  EXPECT_EQ(now() - start, 27s);  // no pause after the last
}

EDDY_TEST(ProcessBatch, OfNothingIsNothingAndDoesNotWait) {
  auto start = now();
  auto all = co_await process_batch(Ints(), tenfold, Batch{}.size(3).pause(1h));
  EXPECT_TRUE(all.empty());
  EXPECT_EQ(now(), start);
}

EDDY_TEST(ProcessBatch, AWholeLastBatchIsFollowedByNoPause) {
  auto start = now();
  auto all = co_await process_batch(std::views::iota(0, 6), tenfold, Batch{}.size(3).pause(1h));
  EXPECT_EQ(all, (Ints{0, 10, 20, 30, 40, 50}));
  EXPECT_EQ(now() - start, 1h + 2s);
}

EDDY_TEST(ProcessBatch, WithoutSettingsIsOneHundredAtATime) {
  auto start = now();
  auto all = co_await process_batch(std::views::iota(0, 250), tenfold);
  EXPECT_EQ(all.size(), 250U);
  EXPECT_EQ(now() - start, 3s);
}

EDDY_TEST(ProcessBatch, StopsAtTheFirstFailure) {
  Ints begun;
  auto start = now();
  auto work = [&](int i) -> Task<int> {
    begun.push_back(i);
    co_await sleep(i == 3 ? 1s : 5s);
    if (i == 3) throw std::runtime_error("three");
    co_return i;
  };
  auto all = co_await outcome(process_batch(std::views::iota(0, 9), work, Batch{}.size(3).pause(1s)));
  EXPECT_EQ(all.message(), "three");
  EXPECT_EQ(begun, (Ints{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(now() - start, 5s + 1s + 1s);
}

EDDY_TEST(ProcessBatch, BatchesKeepsWhatWasDoneBeforeAFailure) {
  Ints done;
  auto results = batches(std::views::iota(0, 9), fail_at_3, Batch{}.size(2));
  std::string failed;
  try {
    while (auto batch = co_await results.next()) done.insert(done.end(), batch->begin(), batch->end());
  } catch (const std::runtime_error& error) {
    failed = error.what();
  }
  EXPECT_EQ(failed, "three");
  EXPECT_EQ(done, (Ints{0, 1}));
}

EDDY_TEST(ProcessBatch, ReturnExceptionsGoesOn) {
  auto all = co_await process_batch(return_exceptions, std::views::iota(0, 7), fail_at_3, Batch{}.size(2));
  CO_ASSERT_EQ(all.size(), 7U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].message(), i == 3 ? "three" : "ok");
  }
}

EDDY_TEST(ProcessBatch, OfNothingsWithErrors) {
  auto fail = [](int i) -> Task<> {
    co_await sleep(1s);
    if (i == 1) throw std::runtime_error("one");
  };
  auto all = co_await process_batch(return_exceptions, std::views::iota(0, 3), fail, Batch{}.size(2));
  CO_ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].message(), "one");
  EXPECT_TRUE(all[2].has_value());
}

EDDY_TEST(ProcessBatch, BatchesOfNothingsCount) {
  auto results = batches(std::views::iota(0, 5), [](int) { return sleep(1s); }, Batch{}.size(2));
  std::vector<std::size_t> sizes;
  while (auto batch = co_await results.next()) sizes.push_back(batch->size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 1}));
}

EDDY_TEST(ProcessBatch, UsesAnLvalueInPlaceAndMovesFromAnRvalue) {
  test::Counters counts;
  {
    std::vector<test::Tracked> items;
    items.reserve(5);
    for (int i = 0; i < 5; ++i) items.emplace_back(counts, i);
    auto look = [](const test::Tracked& item) -> Task<int> {
      co_await sleep(1s);
      co_return item.value();
    };
    auto seen = co_await process_batch(items, look, Batch{}.size(2));
    EXPECT_EQ(seen, (Ints{0, 1, 2, 3, 4}));
    EXPECT_EQ(counts.moves, 0);
    seen = co_await process_batch(std::move(items), look, Batch{}.size(2));
    EXPECT_EQ(seen, (Ints{0, 1, 2, 3, 4}));
    EXPECT_EQ(counts.copies, 0);
  }
}

EDDY_TEST(ProcessBatch, TakesAnAsyncSource) {
  auto ids = []() -> AsyncGenerator<int> {
    for (int i = 0; i < 5; ++i) {
      co_await sleep(1s);
      co_yield i;
    }
  };
  auto start = now();
  auto all = co_await process_batch(ids(), tenfold, Batch{}.size(2));
  EXPECT_EQ(all, (Ints{0, 10, 20, 30, 40}));
  EXPECT_EQ(now() - start, 5s + 3s) << "the next batch is pulled when the one before has ended";
}

EDDY_TEST(ProcessBatch, AnErrorOfTheSourceComesOut) {
  auto ids = []() -> AsyncGenerator<int> {
    co_yield 1;
    throw std::runtime_error("no more ids");
  };
  auto all = co_await outcome(process_batch(return_exceptions, ids(), tenfold, Batch{}.size(1)));
  EXPECT_EQ(all.message(), "no more ids");
}

EDDY_TEST(ProcessBatch, AnErrorOfTheSourceComesAfterWhatCameBeforeIt) {
  auto ids = []() -> AsyncGenerator<int> {
    for (int i = 0; i < 3; ++i) co_yield i;
    throw std::runtime_error("no more ids");
  };
  auto results = batches(ids(), tenfold, Batch{}.size(2));
  auto first = co_await results.next();
  auto second = co_await results.next();
  CO_ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, (Ints{0, 10}));
  EXPECT_EQ(*second, (Ints{20}));
  auto end = co_await outcome(results.next());
  EXPECT_EQ(end.message(), "no more ids");
}

EDDY_TEST(ProcessBatch, CancelledInACallAndInAPause) {
  int ended = 0;
  auto work = [&](int i) -> Task<int> {
    ScopeGuard leave([&] { ++ended; });
    co_await sleep(1s);
    co_return i;
  };
  auto first = co_await try_for(process_batch(std::views::iota(0, 9), work, Batch{}.size(3).pause(1s)), 500ms);
  EXPECT_FALSE(first.has_value());
  EXPECT_EQ(ended, 3);
  auto second = co_await try_for(process_batch(std::views::iota(0, 9), work, Batch{}.size(3).pause(1s)), 1500ms);
  EXPECT_FALSE(second.has_value());
  EXPECT_EQ(ended, 6);
}

EDDY_TEST(ProcessBatch, ABarOfItsOwnCountsAlsoFailures) {
  testing::internal::CaptureStderr();
  auto all =
      co_await process_batch(return_exceptions, std::views::iota(0, 5), fail_at_3, Batch{}.size(2).progress("items"));
  std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_NE(shown.find("items: 100% 5/5"), std::string::npos) << shown;
  CO_ASSERT_EQ(all.size(), 5U);
  EXPECT_FALSE(all[3].has_value());
}

EDDY_TEST(ProcessBatch, RefusesBatchesOfNothing) {
  EXPECT_THROW((void)Batch{}.size(0), RuntimeError);
  EXPECT_THROW((void)Batch{}.concurrency(0), RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy

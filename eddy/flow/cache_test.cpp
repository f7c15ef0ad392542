// SPDX-License-Identifier: MIT
#include "eddy/flow/cache.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eddy/base/random.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/core/create_task.h"
#include "eddy/flow/cached.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;
using Cache = AsyncCache<std::string, int>;

/// Gives a new number each time, after a second.
struct Source {
  int loads = 0;
  int broken = 0;  ///< so many loads fail first

  Task<int> load() {
    const int number = ++loads;
    co_await sleep(1s);
    if (number <= broken) throw std::runtime_error("no");
    co_return number;
  }
};

Task<int> ask(Cache& cache, std::string key, Source& source) {
  co_return co_await cache.get(std::move(key), [&source] { return source.load(); });
}

EDDY_TEST(AsyncCache, WhatIsThereIsGivenAtOnce) {
  Cache cache;
  Source source;
  EXPECT_EQ(co_await ask(cache, "a", source), 1);
  auto begin = now();
  EXPECT_EQ(co_await ask(cache, "a", source), 1);
  EXPECT_EQ(now(), begin);
  EXPECT_EQ(co_await ask(cache, "b", source), 2);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.stats().hits, 1U);
  EXPECT_EQ(cache.stats().misses, 2U);
  EXPECT_EQ(cache.stats().loads, 2U);
}

EDDY_TEST(AsyncCache, ItsOwnLoaderIsCalledWithTheKey) {
  int loads = 0;
  AsyncCache<int, int> twice([&loads](int key) -> Task<int> {
    ++loads;
    co_return key * 2;
  });
  EXPECT_EQ(co_await twice(4), 8);
  EXPECT_EQ(co_await twice(4), 8);
  EXPECT_EQ(loads, 1);
  Cache none;
  CO_ASSERT_THROW(co_await none("a"), RuntimeError);
}

EDDY_TEST(AsyncCache, CallersWhoMissShareALoad) {
  Cache cache;
  Source source;
  auto [a, b, c] = co_await gather(ask(cache, "a", source), ask(cache, "a", source), ask(cache, "b", source));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_EQ(source.loads, 2);
  EXPECT_EQ(cache.stats().misses, 3U);
  EXPECT_EQ(cache.stats().loads, 2U);
}

EDDY_TEST(AsyncCache, AValueExpiresExactlyThen) {
  Cache cache(CacheOptions{}.ttl(10s));
  Source source;
  co_await ask(cache, "a", source);
  co_await sleep(10s - 1ns);
  EXPECT_TRUE(cache.peek("a"));
  EXPECT_EQ(co_await ask(cache, "a", source), 1);
  co_await sleep(1ns);
  EXPECT_FALSE(cache.peek("a"));
  EXPECT_EQ(co_await ask(cache, "a", source), 2);
  EXPECT_EQ(cache.size(), 1U);
}

EDDY_TEST(AsyncCache, TheOneNotUsedForLongestGoes) {
  Cache cache(CacheOptions{}.max_size(2));
  Source source;
  co_await ask(cache, "a", source);
  co_await ask(cache, "b", source);
  co_await ask(cache, "a", source);
  EXPECT_TRUE(cache.peek("b")) << "looking is not using";
  co_await ask(cache, "c", source);
  EXPECT_TRUE(cache.peek("a"));
  EXPECT_FALSE(cache.peek("b"));
  EXPECT_TRUE(cache.peek("c"));
  EXPECT_EQ(cache.stats().evictions, 1U);
}

EDDY_TEST(AsyncCache, ErrorsAreNotKept) {
  Cache cache;
  Source source;
  source.broken = 1;
  CO_ASSERT_THROW(co_await ask(cache, "a", source), std::runtime_error);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(co_await ask(cache, "a", source), 2);
}

EDDY_TEST(AsyncCache, InvalidatedItIsLoadedAnew) {
  Cache cache;
  Source source;
  co_await ask(cache, "a", source);
  cache.invalidate(std::string_view("a"));
  cache.invalidate("never there");
  EXPECT_EQ(co_await ask(cache, "a", source), 2);
  cache.clear();
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(co_await ask(cache, "a", source), 3);
}

EDDY_TEST(AsyncCache, InvalidatedWhileItIsLoadedItIsNotKept) {
  Cache cache;
  Source source;
  auto first = create_task(ask(cache, "a", source));
  co_await sleep(500ms);
  cache.invalidate("a");
  auto second = create_task(ask(cache, "a", source));
  EXPECT_EQ(co_await first, 1) << "who waits gets it";
  EXPECT_FALSE(cache.peek("a"));
  EXPECT_EQ(co_await second, 2) << "who came later does not";
  CO_ASSERT_TRUE(cache.peek("a"));
  EXPECT_EQ(*cache.peek("a"), 2);
}

EDDY_TEST(AsyncCache, ClearedOrPutMeanwhileItIsNotKeptEither) {
  Cache cache;
  Source source;
  auto a = create_task(ask(cache, "a", source));
  auto b = create_task(ask(cache, "b", source));
  co_await sleep(500ms);
  cache.put("a", 100);
  co_await a;
  EXPECT_EQ(*cache.peek("a"), 100);
  cache.clear();
  co_await b;
  auto c = create_task(ask(cache, "c", source));
  co_await sleep(500ms);
  cache.clear();
  co_await c;
  EXPECT_FALSE(cache.peek("c"));
}

EDDY_TEST(AsyncCache, ALoadThatNobodyWaitsForAnyMoreIsCancelled) {
  Cache cache;
  Source source;
  auto first = co_await try_for(ask(cache, "a", source), 500ms);
  EXPECT_FALSE(first);
  co_await sleep(5s);
  EXPECT_FALSE(cache.peek("a"));
  auto impatient = create_task(ask(cache, "a", source));
  auto patient = create_task(ask(cache, "a", source));
  co_await sleep(500ms);
  co_await cancel_and_wait(impatient);
  EXPECT_EQ(co_await patient, 2);
  EXPECT_TRUE(cache.peek("a"));
}

EDDY_TEST(AsyncCache, AStaleValueIsGivenWhileItIsLoadedAnew) {
  Cache cache(CacheOptions{}.ttl(10s).stale_while_revalidate(30s));
  Source source;
  co_await ask(cache, "a", source);
  co_await sleep(20s);
  auto begin = now();
  EXPECT_EQ(co_await ask(cache, "a", source), 1);
  EXPECT_EQ(co_await ask(cache, "a", source), 1);
  EXPECT_EQ(now(), begin);
  co_await sleep(1001ms);
  EXPECT_EQ(source.loads, 2) << "once";
  EXPECT_EQ(co_await ask(cache, "a", source), 2);
  co_await sleep(40s);
  begin = now();
  EXPECT_EQ(co_await ask(cache, "a", source), 3) << "too old even for that";
  EXPECT_EQ(now() - begin, 1s);
}

EDDY_TEST(AsyncCache, MayBeDestroyedWhileALoadGoesOn) {
  Source source;
  auto cache = std::make_unique<Cache>(CacheOptions{}.ttl(10s).stale_while_revalidate(30s));
  co_await ask(*cache, "a", source);
  co_await sleep(20s);
  co_await ask(*cache, "a", source);
  co_await sleep(500ms);
  cache.reset();
  co_await sleep(5s);
  EXPECT_EQ(source.loads, 2);
}

/// Random callers, invalidations and pauses, beside a model without time to load: a value is as old as the ttl at most,
/// and never older than the last invalidation.
EDDY_TEST(AsyncCache, NeverGivesWhatIsTooOld) {
  Random random(test::current_seed() + 5);
  AsyncCache<int, TimePoint> cache(CacheOptions{}.ttl(50ms).max_size(3));
  std::map<int, TimePoint> invalidated;
  auto load = []() -> Task<TimePoint> {
    const TimePoint at = now();
    co_await sleep(5ms);
    co_return at;
  };
  auto caller = [&](int key, Duration after, bool invalidates) -> Task<> {
    co_await sleep(after);
    if (invalidates) {
      cache.invalidate(key);
      invalidated[key] = now();
      co_return;
    }
    const TimePoint asked = now();
    const TimePoint limit = invalidated[key];
    const TimePoint made = co_await cache.get(key, load);
    EXPECT_GE(made, limit);
    EXPECT_LE(asked - made, 55ms);
    EXPECT_LE(cache.size(), 3U);
  };
  std::vector<Task<>> callers;
  for (int i = 0; i < 400; ++i) {
    const Duration after = std::chrono::milliseconds(random.below(1000));
    const int key = static_cast<int>(random.below(5));
    callers.push_back(caller(key, after, random.below(4) == 0));
  }
  co_await gather(std::move(callers));
  EXPECT_GT(cache.stats().hits, 20U);
  EXPECT_GT(cache.stats().evictions, 20U);
}

// --- cached ----------------------------------------------------------------------------------------------------------

EDDY_TEST(Cached, RemembersWhatAFunctionReturned) {
  int calls = 0;
  auto area = cached([&calls](int width, const std::string& height) -> Task<int> {
    ++calls;
    co_await sleep(1s);
    co_return width* std::stoi(height);
  });
  EXPECT_EQ(co_await area(2, "3"), 6);
  EXPECT_EQ(co_await area(2, "3"), 6);
  EXPECT_EQ(calls, 1);
  std::vector copies(1, area);
  auto& copy = copies[0];
  EXPECT_EQ(co_await copy(2, "3"), 6);
  EXPECT_EQ(co_await area(3, "2"), 6);
  EXPECT_EQ(calls, 2);
  area.invalidate(2, "3");
  co_await copy(2, "3");
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(area.size(), 2U);
  EXPECT_EQ(area.stats().hits, 2U);
  area.clear();
  EXPECT_EQ(copy.size(), 0U);
}

Task<int> square(int number) {
  co_await sleep(1s);
  co_return number* number;
}

EDDY_TEST(Cached, KeepsTextsNotViewsOfThem) {
  int calls = 0;
  auto length = cached([&calls](std::string_view one, const char* two) -> Task<std::size_t> {
    ++calls;
    co_await sleep(1s);
    co_return one.size() + std::string_view(two).size();
  });
  for (int i = 0; i < 3; ++i) {
    const std::string long_one(100, 'x');
    const std::string long_two(50, 'y');
    EXPECT_EQ(co_await length(std::string_view(long_one), long_two.c_str()), 150U);
  }
  EXPECT_EQ(calls, 1);
}

EDDY_TEST(Cached, OfAFunctionWithATimeToLive) {
  auto quick = cached(square, CacheOptions{}.ttl(1min));
  auto [a, b] = co_await gather(quick(7), quick(7));
  EXPECT_EQ(a + b, 98);
  EXPECT_EQ(quick.stats().loads, 1U);
  co_await sleep(1min);
  co_await quick(7);
  EXPECT_EQ(quick.stats().loads, 2U);
}

/// A key whose copies may fail.
struct FragileKey {
  explicit FragileKey(int n) : number(n) {}
  FragileKey(const FragileKey& other) : number(other.number) {
    if (copies_left-- == 0) throw std::runtime_error("no copy");
  }
  FragileKey(FragileKey&&) = default;
  FragileKey& operator=(const FragileKey&) = default;
  bool operator==(const FragileKey& other) const { return number == other.number; }

  int number;
  static inline int copies_left = -1;
};

}  // namespace
}  // namespace eddy

template <>
struct std::hash<eddy::FragileKey> {
  std::size_t operator()(const eddy::FragileKey& key) const { return static_cast<std::size_t>(key.number); }
};

namespace eddy {
namespace {

EDDY_TEST(AsyncCache, AKeyThatCannotBeCopiedLeavesItWhole) {
  auto load = [](const FragileKey& key) -> Task<int> { co_return key.number; };
  for (int copies = 0; copies < 12; ++copies) {
    AsyncCache<FragileKey, int> cache{CacheOptions{}.max_size(2)};
    FragileKey::copies_left = copies;
    auto failed = co_await outcome(cache.get(FragileKey(1), load));
    try {
      cache.put(FragileKey(2), 2);
    } catch (const std::runtime_error&) {
    }
    FragileKey::copies_left = -1;
    co_await sleep(1s);
    EXPECT_EQ(co_await cache.get(FragileKey(1), load), 1);
    for (int i = 3; i < 10; ++i) cache.put(FragileKey(i), i);
    EXPECT_EQ(cache.size(), 2U);
    static_cast<void>(failed.error());
  }
}

/// A value that, when it goes, puts another one in its place.
struct Phoenix {
  explicit Phoenix(AsyncCache<int, Phoenix>* home = nullptr) : cache(home) {}
  Phoenix(const Phoenix&) {}
  Phoenix(Phoenix&& other) noexcept : cache(std::exchange(other.cache, nullptr)) {}
  Phoenix& operator=(const Phoenix&) = delete;
  ~Phoenix() {
    if (cache) cache->put(1, Phoenix());
  }
  AsyncCache<int, Phoenix>* cache = nullptr;
};

EDDY_TEST(AsyncCache, AValuesEndMayPutAnother) {
  AsyncCache<int, Phoenix> cache{CacheOptions{}.max_size(2)};
  cache.put(1, Phoenix(&cache));
  cache.put(1, Phoenix());
  for (int i = 2; i < 10; ++i) cache.put(i, Phoenix());
  EXPECT_EQ(cache.size(), 2U);
  co_return;
}

EDDY_TEST(AsyncCache, AStaleValueIsLoadedAnewOnceHoweverManyAsk) {
  Cache cache{CacheOptions{}.ttl(1s).stale_while_revalidate(1min)};
  int loads = 0;
  auto load = [&loads]() -> Task<int> {
    co_await sleep(1s);
    if (++loads == 2) throw std::runtime_error("no");
    co_return loads;
  };
  co_await cache.get("a", load);
  co_await sleep(2s);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(co_await cache.get("a", load), 1);
  co_await sleep(2s);
  EXPECT_EQ(loads, 2);
  EXPECT_EQ(test::lost_errors().size(), 1U) << "one load, one error";
  EXPECT_EQ(co_await cache.get("a", load), 1);
  co_await sleep(1500ms);
  EXPECT_EQ(co_await cache.get("a", load), 3);
}

}  // namespace
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/base/unique_function.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/counted.h"
#include "eddy/flow/detail/lru.h"
#include "eddy/flow/single_flight.h"

namespace eddy {

/// What a cache may be told: `CacheOptions{}.max_size(1000).ttl(60s)`.
class CacheOptions {
 public:
  constexpr CacheOptions() noexcept = default;

  /// So many values at most; the one that was not asked for the longest goes first. No limit unless set.
  constexpr CacheOptions& max_size(std::size_t values) noexcept {
    max_size_ = values;
    return *this;
  }
  /// How long a value counts, from the moment it was there. For ever unless set.
  template <class Rep, class Period>
  constexpr CacheOptions& ttl(std::chrono::duration<Rep, Period> time) noexcept {
    ttl_ = detail::to_nanos(time);
    return *this;
  }
  CacheOptions& ttl(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write ttl(60s)
  /// For so long after that, a value that has expired is given once more, at once, while it is loaded anew in the
  /// background. HTTP's stale-while-revalidate.
  template <class Rep, class Period>
  constexpr CacheOptions& stale_while_revalidate(std::chrono::duration<Rep, Period> time) noexcept {
    stale_ = detail::to_nanos(time);
    return *this;
  }
  CacheOptions& stale_while_revalidate(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write 60s

 private:
  template <class, class>
  friend class AsyncCache;
  std::size_t max_size_ = std::numeric_limits<std::size_t>::max();
  detail::Nanos ttl_ = detail::kForever;
  detail::Nanos stale_ = 0;
};

/// What a cache has done so far.
struct CacheStats {
  std::uint64_t hits = 0;       ///< answered from the cache
  std::uint64_t misses = 0;     ///< had to wait for a load, its own or another caller's
  std::uint64_t loads = 0;      ///< loads that were begun
  std::uint64_t evictions = 0;  ///< values that went because there were too many
};

/// Values that are costly to get, kept for a while. aiocache; with its own loader, functools' lru_cache.
///
///     eddy::AsyncCache<std::string, User> users{eddy::CacheOptions{}.max_size(1000).ttl(60s)};
///     User user = co_await users.get(name, fetch_user);       // fetch_user(name), if it is not there
///
///     eddy::AsyncCache<int, Page> pages{fetch_page, eddy::CacheOptions{}.ttl(5s)};
///     Page page = co_await pages(7);
///
/// Callers that miss the same key at the same time share one load, as in a `SingleFlight`, whose rules about loads and
/// cancelled callers hold here, too: a load must own what it touches. Errors are given to those who wait and not kept.
/// A value that is invalidated, or put, while it is being loaded is given to those who wait and not kept either; who
/// comes later begins anew. Callers get copies: large values are best a `std::shared_ptr`.
///
/// Belongs to one loop; time is the loop's. Not movable; may be destroyed when no caller is left.
template <class Key, class Value>
class AsyncCache {
 public:
  explicit AsyncCache(CacheOptions options = {}) : AsyncCache(Load(), options) {}
  /// With a loader of its own: `load(key)` returns a Task<Value>.
  template <class F>
    requires std::is_invocable_r_v<Task<Value>, std::decay_t<F>&, const Key&>
  explicit AsyncCache(F&& load, CacheOptions options = {})
      : AsyncCache(Load([f = std::decay_t<F>(std::forward<F>(load))](const Key& key) mutable { return f(key); }),
                   options) {
    detail::check_closure<F>();
  }
  AsyncCache(const AsyncCache&) = delete;
  AsyncCache& operator=(const AsyncCache&) = delete;

  /// The value of a key, loaded by `load(key)` or `load()` if it is not there.
  template <class F>
  Task<Value> get(Key key, F&& load) {
    detail::check_closure<F>();
    return find_or_load(core_, std::move(key), std::decay_t<F>(std::forward<F>(load)));
  }
  /// The same by its own loader; RuntimeError if it has none.
  Task<Value> operator()(Key key) {
    if (!core_->load) throw RuntimeError("AsyncCache: it was made without a loader: use get(key, load)");
    return find_or_load(core_, std::move(key), OwnLoad(core_));
  }

  /// What is there and has not expired; null otherwise. Counts as nothing. Valid until the cache is next used.
  template <class K = Key>
  const Value* peek(const K& key) const {
    const Entry* entry = core_->entries.peek(key);
    return entry && now() < entry->expires ? &entry->value : nullptr;
  }
  /// Keeps a value, whatever is being loaded.
  void put(Key key, Value value) {
    core_->flights.forget(key);
    core_->store(std::move(key), std::move(value));
  }
  /// Forgets a key, also one that is being loaded.
  template <class K = Key>
  void invalidate(const K& key) {
    core_->flights.forget(key);
    core_->entries.erase(key);
  }
  void clear() {
    core_->flights.forget_all();
    core_->entries.clear();
  }

  /// How many values it holds, expired ones included.
  std::size_t size() const noexcept { return core_->entries.size(); }
  const CacheStats& stats() const noexcept { return core_->stats; }

 private:
  using Load = UniqueFunction<Task<Value>(const Key&)>;
  using FlightLoad = UniqueFunction<Task<Value>(const Key&, const detail::Flight<Value>&)>;

  struct Entry {
    Value value;
    TimePoint expires;
    TimePoint useless;  ///< from then on not even as a stale value
  };

  /// Counted with the loads, which may outlive the cache.
  struct Core {
    Core(Load own, const CacheOptions& how) : options(how), load(std::move(own)), entries(how.max_size_) {}

    void store(Key key, Value value) {
      const TimePoint expires = detail::later(now(), Duration(options.ttl_));
      const TimePoint useless = detail::later(expires, Duration(options.stale_));
      stats.evictions += entries.put(std::move(key), Entry{std::move(value), expires, useless});
    }

    CacheOptions options;
    Load load;
    detail::Lru<Key, Entry> entries;
    SingleFlight<Key, Value> flights;
    CacheStats stats;
  };
  using CoreRef = detail::Counted<Core>;

  class OwnLoad {
   public:
    explicit OwnLoad(CoreRef core) : core_(std::move(core)) {}
    Task<Value> operator()(const Key& key) { return core_->load(key); }

   private:
    CoreRef core_;
  };

  AsyncCache(Load load, CacheOptions options) : core_(CoreRef::make(std::move(load), options)) {}

  template <class F>
  static Task<Value> find_or_load(CoreRef core, Key key, F load) {
    Entry* entry = core->entries.find(key);
    const TimePoint at = now();
    if (entry && at < entry->useless) {
      ++core->stats.hits;
      Value value = entry->value;
      if (at >= entry->expires) core->flights.begin(key, loading(core, std::move(load)));
      co_return value;
    }
    ++core->stats.misses;
    co_return co_await core->flights.run(std::move(key), loading(core, std::move(load)));
  }

  template <class F>
  static FlightLoad loading(const CoreRef& core, F load) {
    return FlightLoad(Loading<F>(core, std::move(load)));
  }

  /// What a flight calls: loads, and keeps the value unless it has become unwanted meanwhile.
  template <class F>
  class Loading {
   public:
    Loading(CoreRef core, F load) : core_(std::move(core)), load_(std::move(load)) {}

    Task<Value> operator()(const Key& key, const detail::Flight<Value>& flight) {
      ++core_->stats.loads;
      Value value = co_await detail::call_load(load_, key, flight);
      if (!flight.forgotten) core_->store(key, value);
      co_return value;
    }

   private:
    CoreRef core_;
    F load_;
  };

  CoreRef core_;
};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/line.h"

namespace eddy {
namespace detail {

template <class L>
concept RateLimiter = requires(L& limiter) { limiter.reserve_one(); };

template <class L>
auto grab(L& limiter) {
  if constexpr (RateLimiter<L>) {
    return limiter.reserve_one();
  } else {
    return limiter.acquire();
  }
}

template <class L>
using grabbed_t = await_result_t<decltype(grab(std::declval<L&>()))>;

/// A limiter's place in the order that everybody keeps to.
struct Place {
  bool is_rate;
  std::uintptr_t address;
  bool before(const Place& other) const noexcept {
    return is_rate != other.is_rate ? other.is_rate : address < other.address;
  }
};

/// Which comes when: permits before rates, each by address. The same limiter twice keeps the order given.
template <class... L>
std::array<std::size_t, sizeof...(L)> order_of(const L&... limiters) noexcept {
  constexpr std::size_t kCount = sizeof...(L);
  std::array<Place, kCount> places{Place{RateLimiter<L>, reinterpret_cast<std::uintptr_t>(&limiters)}...};
  std::array<std::size_t, kCount> order{};
  for (std::size_t i = 0; i < kCount; ++i) {
    std::size_t rank = 0;
    for (std::size_t k = 0; k < kCount; ++k) {
      if (places[k].before(places[i]) || (k < i && !places[i].before(places[k]))) ++rank;
    }
    order[rank] = i;
  }
  return order;
}

struct AcquireAllFn;

}  // namespace detail

/// What `acquire_all` gives: the permits, given back together when it is destroyed.
template <class... L>
class [[nodiscard("keep it: the permits are released when this is destroyed")]] AcquiredAll {
 public:
  AcquiredAll(AcquiredAll&&) = default;
  AcquiredAll& operator=(AcquiredAll&&) = default;

  /// Gives them back now.
  void release() { held_ = Held(); }
  /// The permit of the Ith limiter given.
  template <std::size_t I>
  auto& permit() {
    return *std::get<I>(held_);
  }

 private:
  friend detail::AcquireAllFn;
  using Held = std::tuple<std::optional<detail::grabbed_t<L>>...>;

  AcquiredAll() = default;

  static Task<AcquiredAll> acquire(L&... limiters) {
    AcquiredAll all;
    std::tuple<L&...> each(limiters...);
    auto order = detail::order_of(limiters...);
    for (std::size_t which : order) co_await all.template acquire_one<0>(each, which);
    all.confirm(detail::to_nanos(now()));
    co_return all;
  }
  template <std::size_t I>
  Task<> acquire_one(std::tuple<L&...>& limiters, std::size_t which) {
    if constexpr (I < sizeof...(L)) {
      if (which == I) {
        auto grabbed = co_await detail::grab(std::get<I>(limiters));
        std::get<I>(held_).emplace(std::move(grabbed));
      } else {
        co_await this->template acquire_one<I + 1>(limiters, which);
      }
    }
    co_return;
  }
  void confirm(detail::Nanos now) {
    std::apply([now](auto&... held) { (confirm_one(*held, now), ...); }, held_);
  }
  template <class T>
  static void confirm_one(T& held, detail::Nanos now) {
    if constexpr (requires { held.confirm(now); }) held.confirm(now);
  }

  Held held_;
};

namespace detail {

struct AcquireAllFn {
  template <class... L>
  auto operator()(L&... limiters) const {
    static_assert(sizeof...(L) >= 2, "eddy: acquire_all is for several limiters: of one, await acquire()");
    return AcquiredAll<L...>::acquire(limiters...);
  }
};

}  // namespace detail

/// `auto held = co_await acquire_all(bucket, per_client, total);`: several limiters at once, whatever order they are
/// given in; the permits are held until `held` is destroyed. For Semaphore, AdaptiveLimit, TokenBucket, SlidingWindow.
///
/// Permits first (Semaphore, AdaptiveLimit), then rates, each kind in the order of their addresses: since everybody
/// keeps to one order, no two callers can wait for each other. Tokens are only reserved until the last limiter has
/// agreed: cancelled before, it has cost nothing. By hand, nest in one order everywhere, and acquire rates last.
inline constexpr detail::AcquireAllFn acquire_all{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/iter/detail/stage.h"
#include "eddy/time/sleep.h"

namespace eddy {
namespace detail {

template <class S, class Item = typename S::Item>
AsyncGenerator<Item> spaced_items(S source, Duration interval) {
  TimePoint next = now();
  while (auto item = co_await source.next()) {
    if (now() < next) co_await sleep_until(next);
    next = later(now(), interval);
    co_yield pass_item<Item>(item);
  }
}

template <class Limiter, class S, class Item = typename S::Item>
AsyncGenerator<Item> limited_items(S source, Limiter& limiter) {
  while (auto item = co_await source.next()) {
    co_await limiter.acquire();
    co_yield pass_item<Item>(item);
  }
}

struct ThrottleFn {
  template <class Rep, class Period>
  auto operator()(std::chrono::duration<Rep, Period> interval) const {
    auto make = [interval = Duration(to_nanos(interval))]<class S>(S source) {
      return spaced_items<S>(std::move(source), interval);
    };
    return Stage<decltype(make)>(make);
  }
  void operator()(NoUnit auto) const = delete;  // eddy: a number has no unit: write throttle(100ms)
  template <class Limiter>
    requires requires(Limiter& limiter) { limiter.acquire(); }
  auto operator()(Limiter& limiter) const {
    static_assert(
        std::is_void_v<await_result_t<decltype(limiter.acquire())>>,
        "eddy: throttle takes a limiter whose acquire() gives nothing back, such as a TokenBucket; to have at "
        "most n calls under way use map_async(f, n)");
    auto make = [&limiter]<class S>(S source) { return limited_items<Limiter, S>(std::move(source), limiter); };
    return Stage<decltype(make)>(make);
  }
};

}  // namespace detail

namespace iter {

/// `source | throttle(100ms)`: the same items, none sooner than so much time after the one before. None is lost: those
/// that come too soon wait, and the source with them.
///
/// `source | throttle(limiter)`: each item waits for `limiter.acquire()` instead, of a TokenBucket say, which must
/// outlive the pipeline and may be shared with others. For the last of many see `debounce`.
inline constexpr eddy::detail::ThrottleFn throttle{};

}  // namespace iter
}  // namespace eddy

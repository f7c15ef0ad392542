// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/time/interval.h"
#include "eddy/time/sleep.h"

namespace eddy {

namespace detail {
class Schedule;
}

/// How `every` calls: `Every{}.first_after(1s).jitter(100ms).on_error(log)`.
class Every {
 public:
  Every() = default;

  /// When the first call is, counted from the start: at once unless set. The others are whole periods after it.
  template <class Rep, class Period>
  Every& first_after(std::chrono::duration<Rep, Period> delay) {
    first_after_ = detail::to_nanos(delay);
    return *this;
  }
  Every& first_after(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write first_after(5s)
  /// Ticks that come while a call runs are made up for, one after the other, instead of being skipped.
  Every& catch_up() {
    missed_ = MissedTicks::kCatchUp;
    return *this;
  }
  /// Each call is up to so much later than its tick, by chance, so that many programs do not call in step.
  template <class Rep, class Period>
  Every& jitter(std::chrono::duration<Rep, Period> most) {
    jitter_ = detail::to_nanos(most);
    return *this;
  }
  Every& jitter(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write jitter(100ms)
  /// Called with what a call throws, instead of ending it all: `[](std::exception_ptr error) { … }`. May throw.
  Every& on_error(std::function<void(std::exception_ptr)> handler) {
    on_error_ = std::move(handler);
    return *this;
  }

 private:
  friend class detail::Schedule;
  detail::Nanos first_after_ = 0;
  detail::Nanos jitter_ = 0;
  MissedTicks missed_ = MissedTicks::kSkip;
  std::function<void(std::exception_ptr)> on_error_;
};

namespace detail {

/// When `every` calls, and what it does about errors.
class Schedule {
 public:
  Schedule(Duration period, Every how);

  SleepUntil tick() { return ticks_.next(); }
  bool has_jitter() const noexcept { return how_.jitter_ > 0; }
  Sleep jitter();
  /// In a catch block: rethrows, unless somebody wants to know.
  void failed();

 private:
  Every how_;
  Interval ticks_;
};

template <class F>
Task<> call_every(Duration period, F f, Every how) {
  Schedule schedule(period, std::move(how));
  for (;;) {
    co_await schedule.tick();
    if (schedule.has_jitter()) co_await schedule.jitter();
    try {
      if constexpr (Awaitable<std::invoke_result_t<F&>>) {
        co_await f();
      } else {
        f();
      }
    } catch (...) {
      schedule.failed();
    }
  }
}

struct EveryFn {
  template <class Rep, class Period, class F>
  Task<> operator()(std::chrono::duration<Rep, Period> period, F&& f, Every how = {}) const {
    check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&>,
                  "eddy: every(period, f) calls f without arguments: every(1s, [&] { return poll(); })");
    return call_every<std::decay_t<F>>(Duration(to_nanos(period)), std::forward<F>(f), std::move(how));
  }
  void operator()(NoUnit auto, auto&&...) const = delete;  // eddy: a number has no unit: write every(1s, f)
};

}  // namespace detail

/// `co_await every(1s, poll)`: calls `poll`, a function or a coroutine, now and then every second, until it is
/// cancelled or a call throws. Never returns otherwise: give it to a task, a group, or `with(background(…), body)`.
///
/// The calls keep to the seconds from the start on, however long each takes, and do not overlap: ticks that come while
/// one runs are skipped, unless `Every` says otherwise. `f` is kept as long as it goes on.
inline constexpr detail::EveryFn every{};

}  // namespace eddy

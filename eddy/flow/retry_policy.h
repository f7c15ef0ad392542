// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eddy/core/closure.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/backoff.h"
#include "eddy/flow/detail/error_filter.h"
#include "eddy/flow/retry_state.h"

namespace eddy {

class CircuitBreaker;
class RetryBudget;

/// When `retry` tries again, how often, and after how long. Fluent: `Retry{}.attempts(5).exponential(1s,
/// 30s).jitter()`.
///
/// As it is: three attempts, exponential delays from 100 ms to 10 s with full jitter, for errors that may pass by
/// themselves: every std::exception but std::logic_error and RuntimeError (mistakes in the program), CircuitOpenError
/// and RetryError (somebody has given up). A value, cheap to copy: keep it as a constant, share it, vary a copy. A
/// callback that throws ends the retry with what it threw. tenacity's stop, wait, retry and callbacks in one object.
class Retry {
 public:
  /// How many attempts there are at most, the first one included.
  template <std::integral N>
  Retry& attempts(N n) {
    return set_attempts(n > N{0} ? static_cast<std::size_t>(n) : 0);
  }
  /// Until it succeeds; a deadline, a timeout around it, a cancellation or an error that is not retried ends it.
  Retry& forever() { return set_attempts(kUnlimited); }
  /// How long it may take in all. Ends the attempt under way, too, and, unless their number is given, is the only
  /// limit.
  template <class Rep, class Period>
  Retry& deadline(std::chrono::duration<Rep, Period> total) {
    return set_deadline(detail::to_nanos(total));
  }
  Retry& deadline(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write deadline(30s)

  /// Delays first, first * factor, first * factor², … up to `max`; exactly these, unless jitter is asked for.
  template <class Rep, class Period, class Rep2, class Period2>
  Retry& exponential(std::chrono::duration<Rep, Period> first, std::chrono::duration<Rep2, Period2> max,
                     double factor = 2) {
    return set_backoff(detail::to_nanos(first), detail::to_nanos(max), factor);
  }
  Retry& exponential(detail::NoUnit auto, auto&&...) = delete;  // eddy: a number has no unit: write 100ms, 30s
  /// The same delay each time.
  template <class Rep, class Period>
  Retry& fixed(std::chrono::duration<Rep, Period> delay) {
    return set_backoff(detail::to_nanos(delay), detail::to_nanos(delay), 1);
  }
  Retry& fixed(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write fixed(5s)
  /// Delays of your own: `delays([](const RetryState& state) { return state.attempt() * 1s; })`.
  template <class F>
  Retry& delays(F&& f) {
    detail::check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&, const RetryState&>,
                  "eddy: delays takes a function of a const RetryState& that returns a duration");
    backoff_.custom = detail::Backoff::Custom(
        [f = std::forward<F>(f)](const RetryState& state) mutable { return detail::to_nanos(f(state)); });
    return choose_delays();
  }
  /// Draws each delay at random, so that those who failed together do not come back together.
  Retry& jitter(Jitter kind = Jitter::full) {
    jitter_chosen_ = true;
    backoff_.jitter = kind;
    return *this;
  }

  /// Retries these errors only; several `on` add up.
  template <class... E>
    requires(sizeof...(E) > 0)
  Retry& on() {
    errors_.add_types<E...>();
    return *this;
  }
  /// Retries errors for which it is true: `on([](const HttpError& e) { return e.status == 503; })`.
  template <class F>
  Retry& on(F&& predicate) {
    detail::check_closure<F>();
    errors_.add_predicate(std::forward<F>(predicate));
    return *this;
  }
  /// Retries results for which it is true: `on_result([](const Reply& r) { return r.status == 202; })`. Its parameter
  /// is exactly what the function gives. If that is all that is wrong in the end, a RetryError says so all the same.
  template <class F>
  Retry& on_result(F&& predicate) {
    detail::check_closure<F>();
    using R = asked<F>;
    result_type_ = &typeid(R);
    unsatisfactory_ = Test([f = std::forward<F>(predicate)](const RetryState& state) mutable {
      const R* result = state.result_as<R>();
      return result && f(*result);
    });
    return *this;
  }
  /// When it gives up because of results, not of errors, returns the last one instead of throwing RetryError.
  Retry& return_last_result(bool on = true) noexcept {
    return_last_ = on;
    return *this;
  }
  /// Asks an error or a result how long to wait, such as an HTTP reply with Retry-After; it returns an optional
  /// duration. That is waited, without jitter, whatever the delays are. The parameter is the type of the error or the
  /// result, or RetryState.
  template <class F>
  Retry& retry_after(F&& hook);

  /// Called before each sleep, with `delay()` known; for logs.
  template <class F>
  Retry& before_sleep(F&& f) {
    detail::check_closure<F>();
    before_sleep_ = Callback(std::forward<F>(f));
    return *this;
  }
  /// Called after each attempt that is to be retried, whether it then is or not.
  template <class F>
  Retry& after(F&& f) {
    detail::check_closure<F>();
    after_ = Callback(std::forward<F>(f));
    return *this;
  }

  /// Shares the number of retries with other callers. The budget must outlive the use of this policy; so must a
  /// breaker.
  Retry& budget(RetryBudget& shared) noexcept {
    budget_ = &shared;
    return *this;
  }
  /// Makes each attempt through a circuit breaker. An open circuit ends the retry, unless `on` says otherwise.
  Retry& breaker(CircuitBreaker& shared) noexcept {
    breaker_ = &shared;
    return *this;
  }
  /// Throws the last error itself instead of RetryError.
  Retry& reraise(bool on = true) noexcept {
    reraise_ = on;
    return *this;
  }

 private:
  friend class detail::RetryRun;
  static constexpr std::size_t kUnlimited = static_cast<std::size_t>(-1);
  using Test = detail::SharedFunction<bool(const RetryState&)>;
  using Callback = detail::SharedFunction<void(const RetryState&)>;
  using After = detail::SharedFunction<detail::Nanos(const RetryState&)>;

  template <class F>
  static auto asks() {
    using R = detail::asks_for_t<F>;
    static_assert(!std::is_void_v<R>,
                  "eddy: this callback takes what it is about: [](const Reply& reply) { return …; }; `auto` does not "
                  "say what that is");
    return std::type_identity<R>{};
  }
  template <class F>
  using asked = typename decltype(asks<F>())::type;

  Retry& set_attempts(std::size_t n);
  Retry& set_deadline(detail::Nanos total);
  Retry& set_backoff(detail::Nanos first, detail::Nanos max, double factor);
  Retry& choose_delays() noexcept;

  std::size_t attempts_ = 3;
  bool attempts_chosen_ = false;
  bool jitter_chosen_ = false;
  bool return_last_ = false;
  bool reraise_ = false;
  detail::Nanos deadline_ = detail::kForever;
  detail::Backoff backoff_;
  detail::ErrorFilter errors_;
  Test unsatisfactory_;
  const std::type_info* result_type_ = nullptr;
  After retry_after_;
  Callback before_sleep_;
  Callback after_;
  RetryBudget* budget_ = nullptr;
  CircuitBreaker* breaker_ = nullptr;
};

template <class F>
Retry& Retry::retry_after(F&& hook) {
  detail::check_closure<F>();
  using P = asked<F>;
  retry_after_ = After([f = std::forward<F>(hook)](const RetryState& state) mutable {
    auto nanos = [](auto after) { return after ? detail::to_nanos(*after) : detail::Nanos{-1}; };
    if constexpr (std::is_same_v<P, RetryState>) {
      return nanos(f(state));
    } else {
      if (const P* error = state.error_as<P>()) return nanos(f(*error));
      if (const P* result = state.result_as<P>()) return nanos(f(*result));
      return detail::Nanos{-1};
    }
  });
  return *this;
}

}  // namespace eddy

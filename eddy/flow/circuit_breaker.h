// SPDX-License-Identifier: MIT
//
//             failures in a row                      open_for is over: the next call is the probe
//   closed ─────────────────────▶ open ◀──────────── half-open
//      ▲                            └──────────────────▲  │    the probe fails: open again
//      └──────────────────────────────────────────────────┘    the probe succeeds: closed
//
// 1. In half-open one call is under way, the probe; the others are refused. A probe that is cancelled proves nothing:
//    its place is free again.
// 2. A call that began before the last change of state says nothing about the new one: its end is not counted.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/combine/outcome.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/error_filter.h"
#include "eddy/flow/detail/repeated_call.h"
#include "eddy/sync/waiters.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {

/// A CircuitBreaker refused a call: the service failed too often, and is left alone for a while.
class CircuitOpenError : public std::runtime_error {
 public:
  CircuitOpenError(const std::string& message, TimePoint retry_at) : std::runtime_error(message), retry_at_(retry_at) {}
  /// When the breaker will try again; now or earlier when it is trying just now.
  TimePoint retry_at() const noexcept { return retry_at_; }

 private:
  TimePoint retry_at_;
};

/// Stops calling what fails anyway: `CircuitBreaker breaker{5, 30s}; auto page = co_await breaker.run(fetch, url);`.
///
/// After so many failures in a row the circuit is open, and calls throw CircuitOpenError without being made. After
/// `open_for` one call, the probe, is let through: if it succeeds the circuit is closed again, if it fails it stays
/// open for as long again. A cancelled call is neither success nor failure. Which errors are failures is decided as in
/// `Retry`, by `on`; any other error counts as an answer, and so as success. Shared by all who call the same service;
/// must outlive the calls; one loop. To try again instead see `retry`; both go together: `Retry{}.breaker(breaker)`.
class CircuitBreaker {
 public:
  enum class State : std::uint8_t { kClosed, kOpen, kHalfOpen };

  template <std::integral N, class Rep, class Period>
  CircuitBreaker(N failures, std::chrono::duration<Rep, Period> open_for)
      : failures_max_(detail::checked_count(failures, 1, "the number of failures of a CircuitBreaker", "1")),
        open_for_(detail::to_nanos(open_for)) {}
  CircuitBreaker(std::integral auto, detail::NoUnit auto) = delete;  // eddy: a number has no unit: write {5, 30s}
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  /// Only these errors are failures; several `on` add up.
  template <class... E>
    requires(sizeof...(E) > 0)
  CircuitBreaker& on() {
    failures_are_.add_types<E...>();
    return *this;
  }
  /// Only errors for which it is true: `on([](const HttpError& e) { return e.status >= 500; })`.
  template <class F>
  CircuitBreaker& on(F&& predicate) {
    failures_are_.add_predicate(std::forward<F>(predicate));
    return *this;
  }

  /// Calls `f(args...)`, which may return an awaitable, unless the circuit is open. Callable and arguments are kept as
  /// long as the call lasts.
  template <class F, class... A>
  auto run(F&& f, A&&... args) {
    detail::check_closure<F>();
    using Call = detail::repeated_call_t<F, A...>;
    return guarded<detail::call_result_t<Call>>(*this,
                                                Call(std::in_place, std::forward<F>(f), std::forward<A>(args)...));
  }

  State state() const noexcept;
  /// Failures in a row.
  std::size_t failures() const noexcept { return failures_; }
  /// Closes the circuit: somebody knows that the service is back.
  void reset() noexcept;

  /// Advanced: a call that is not made by `run`. From here to `ended`, or its destruction, it is under way.
  class Pass {
   public:
    /// Throws CircuitOpenError.
    explicit Pass(CircuitBreaker& breaker) : breaker_(&breaker), era_(breaker.enter()) {}
    Pass(Pass&& other) noexcept : breaker_(std::exchange(other.breaker_, nullptr)), era_(other.era_) {}
    Pass& operator=(Pass other) noexcept {
      std::swap(breaker_, other.breaker_);
      std::swap(era_, other.era_);
      return *this;
    }
    ~Pass() {
      if (breaker_) breaker_->leave(era_);
    }
    /// How it ended: null for success.
    void ended(const std::exception_ptr& error) {
      if (CircuitBreaker* breaker = std::exchange(breaker_, nullptr)) breaker->count(era_, error);
    }

   private:
    CircuitBreaker* breaker_;
    std::uint64_t era_;
  };

 private:
  template <class T, class Call>
  static Task<T> guarded(CircuitBreaker& breaker, Call call) {
    Pass pass(breaker);
    auto body = [&call]() -> decltype(auto) { return call(); };
    auto ended = co_await outcome(timeout(no_timeout, body));
    if (ended.cancelled()) co_await checkpoint();
    pass.ended(ended.error());
    co_return std::move(ended).value();
  }

  std::uint64_t enter();
  void leave(std::uint64_t era) noexcept;
  void count(std::uint64_t era, const std::exception_ptr& error);
  void open(const std::exception_ptr& error);
  [[noreturn]] void refuse() const;

  std::size_t failures_max_;
  detail::Nanos open_for_;
  detail::ErrorFilter failures_are_;
  std::size_t failures_ = 0;
  std::exception_ptr last_error_;
  TimePoint opened_at_{};
  bool open_ = false;
  bool probing_ = false;
  std::uint64_t era_ = 0;  ///< one more at each change of state
};

}  // namespace eddy

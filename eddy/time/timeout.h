// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/base/unit.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/body.h"
#include "eddy/core/time_point.h"
#include "eddy/core/timers.h"

namespace eddy {

/// For `timeout`, `wait_for` and `reschedule`: no deadline.
struct NoTimeout {};
inline constexpr NoTimeout no_timeout{};

/// When the nearest of all timeouts around the running code, also those around the tasks it belongs to, will cancel it:
/// TimePoint::max() if none will, TimePoint::min() if it is cancelled already. trio's `current_effective_deadline`.
///
/// For code that can do better than be cancelled, such as not to start what cannot end in time. What a shield hides
/// does not count. Outside of tasks there is none.
TimePoint current_deadline() noexcept;

namespace detail {
/// The deadline of a scope that has `kTimed`.
TimePoint deadline_of(CancelScope& timed) noexcept;
/// The nearest deadline around a strand that is not hidden by a shield: see `current_deadline`.
TimePoint nearest_deadline(Strand& strand) noexcept;
}  // namespace detail

/// A scope with a deadline: at the deadline what runs inside is cancelled, and if it ends cancelled, the scope ends in
/// a TimeoutError. A value or an error that the body produces nevertheless passes, and `expired()` tells.
///
/// The body of `timeout` receives it, to move the deadline. Valid until the body has ended.
class Timeout : private detail::TimerOp, private detail::CancelScope {
 public:
  /// The deadline; TimePoint::max() for none.
  TimePoint when() noexcept;
  bool expired() const noexcept { return expired_; }

  /// Moves the deadline; one in the past fires in this turn. Throws RuntimeError when it has fired already.
  void reschedule(TimePoint deadline);
  void reschedule(NoTimeout) { reschedule(TimePoint::max()); }

  /// Advanced: who goes on after it; for Await.
  using TimerOp::cont;

  /// What `TimeoutError::scope()` of this timeout's error is.
  const void* id() const noexcept { return this; }

 protected:
  using Nanos = detail::Nanos;

  Timeout(Nanos when, bool relative) noexcept : relative_(relative) {
    TimerOp::when = when;
    flags = kTimed;
  }
  Timeout(Timeout&& other) noexcept : TimerOp(static_cast<TimerOp&&>(other)), relative_(other.relative_) {
    TimerOp::when = other.TimerOp::when;
    flags = kTimed;
  }
  ~Timeout() = default;

  detail::Cont self() noexcept { return detail::Cont(static_cast<detail::Node&>(*this)); }
  /// Opens the scope and arms the timer. Past already: born cancelled, only what is ready at once succeeds.
  void open(detail::Strand& strand, detail::Cont cont) noexcept;
  bool timed_out() const noexcept { return timed_out_; }
  [[noreturn]] void throw_timeout() const;

  detail::Step child_done() noexcept override;
  detail::Step child_cancelled() noexcept override;
  void fire() noexcept override;

 private:
  friend TimePoint detail::deadline_of(detail::CancelScope& timed) noexcept;

  void arm() noexcept;
  void disarm() noexcept;
  void close() noexcept;

  bool relative_;
  bool armed_ = false;
  bool expired_ = false;
  bool timed_out_ = false;
};

namespace detail {

/// What happens to a timeout's result: throw, or an empty optional.
enum class OnTimeout { kThrow, kNullopt };

template <class Inner, OnTimeout kMode>
class [[nodiscard("co_await it")]] TimeoutOp final : public Timeout, public Await<TimeoutOp<Inner, kMode>> {
  using Result = typename Inner::Result;
  // An optional cannot hold a reference: then it holds a copy.
  using Value = std::conditional_t<std::is_void_v<Result>, Unit, std::decay_t<Result>>;
  using Taken = std::conditional_t<kMode == OnTimeout::kThrow, Result, std::optional<Value>>;
  static constexpr bool kWantsScope = requires(Inner& inner, Strand& s, Cont c, Timeout& t) { inner.start(s, c, t); };

 public:
  template <class... A>
  explicit TimeoutOp(Nanos when, bool relative, A&&... inner)
      : Timeout(when, relative), inner_(std::forward<A>(inner)...) {}
  TimeoutOp(TimeoutOp&&) = default;

  bool ready() {
    if constexpr (requires { inner_.ready(); }) {
      return inner_.ready();
    } else {
      return false;
    }
  }

  Step start(Strand& strand, Cont cont) noexcept {
    open(strand, cont);
    if constexpr (kWantsScope) {
      return inner_.start(strand, self(), *this);
    } else {
      return inner_.start(strand, self());
    }
  }

  Taken take() {
    if constexpr (kMode == OnTimeout::kThrow) {
      if (timed_out()) throw_timeout();
      return inner_.take();
    } else {
      static_assert(!std::is_reference_v<Result> || std::is_copy_constructible_v<Value>,
                    "eddy: try_for gives a copy, which this result does not allow: pass std::move(handle), or use "
                    "wait_for");
      if (timed_out()) return std::nullopt;
      if constexpr (std::is_void_v<Result>) {
        inner_.take();
        return Unit{};
      } else {
        return inner_.take();
      }
    }
  }

 private:
  Inner inner_;
};

/// What a timeout runs: an awaitable as it is, or a callable, called with the Timeout if it takes one.
template <OnTimeout kMode, class B>
auto make_timeout(Nanos when, bool relative, B&& body) {
  if constexpr (Awaitable<B>) {
    auto operation = to_operation(std::forward<B>(body));
    if constexpr (requires { operation.own(); }) operation.own();
    return TimeoutOp<Given<operation_t<B>>, kMode>(when, relative, std::move(operation));
  } else {
    check_closure<B>();
    using F = std::decay_t<B>;
    if constexpr (std::is_invocable_v<F&, Timeout&>) {
      return TimeoutOp<Body<F, Timeout&>, kMode>(when, relative, std::in_place, std::forward<B>(body));
    } else {
      static_assert(std::is_invocable_v<F&>,
                    "eddy: a timeout's body is an awaitable, or a callable that takes nothing or a Timeout&");
      return TimeoutOp<Body<F>, kMode>(when, relative, std::in_place, std::forward<B>(body));
    }
  }
}

template <class Number>
  requires std::is_arithmetic_v<Number>
constexpr void check_unit() {
  static_assert(!std::is_arithmetic_v<Number>,
                "eddy: a number has no unit: write 5s, or 500ms, with using namespace "
                "std::chrono_literals");
}

template <OnTimeout kMode>
struct WaitForFn {
  template <class B, class Rep, class Period>
  auto operator()(B&& body, std::chrono::duration<Rep, Period> limit) const {
    return make_timeout<kMode>(to_nanos(limit), true, std::forward<B>(body));
  }
  template <class B>
  auto operator()(B&& body, NoTimeout) const {
    return make_timeout<kMode>(kForever, false, std::forward<B>(body));
  }
  template <class B, class Number>
    requires std::is_arithmetic_v<Number>
  auto operator()(B&& body, Number) const {
    check_unit<Number>();
    return make_timeout<kMode>(kForever, false, std::forward<B>(body));
  }
};

struct TimeoutFn {
  template <class B, class Rep, class Period>
  auto operator()(std::chrono::duration<Rep, Period> limit, B&& body) const {
    return make_timeout<OnTimeout::kThrow>(to_nanos(limit), true, std::forward<B>(body));
  }
  template <class B>
  auto operator()(NoTimeout, B&& body) const {
    return make_timeout<OnTimeout::kThrow>(kForever, false, std::forward<B>(body));
  }
  template <class B, class Number>
    requires std::is_arithmetic_v<Number>
  auto operator()(Number, B&& body) const {
    check_unit<Number>();
    return make_timeout<OnTimeout::kThrow>(kForever, false, std::forward<B>(body));
  }
};

struct TimeoutAtFn {
  template <class B>
  auto operator()(TimePoint deadline, B&& body) const {
    return make_timeout<OnTimeout::kThrow>(to_nanos(deadline), false, std::forward<B>(body));
  }
  template <class B>
  auto operator()(NoTimeout, B&& body) const {
    return make_timeout<OnTimeout::kThrow>(kForever, false, std::forward<B>(body));
  }
};

}  // namespace detail

/// `co_await wait_for(op, 5s)`: the result of `op`, or TimeoutError after 5 s, when it has been cancelled and has
/// ended. A handle's task is cancelled too. What is ready at once succeeds, whatever the limit.
inline constexpr detail::WaitForFn<detail::OnTimeout::kThrow> wait_for{};

/// `co_await try_for(op, 5s)`: the same with an empty optional instead of the error.
inline constexpr detail::WaitForFn<detail::OnTimeout::kNullopt> try_for{};

/// `co_await timeout(1s, [&](Timeout& t) -> Task<> { … })`: a deadline around several awaits, which the body may move.
///
/// Nested: when an outer scope is cancelled as well, or its deadline is due too, the outer one decides.
inline constexpr detail::TimeoutFn timeout{};

/// `co_await timeout_at(deadline, body)`: the same with a point in time.
inline constexpr detail::TimeoutAtFn timeout_at{};

}  // namespace eddy

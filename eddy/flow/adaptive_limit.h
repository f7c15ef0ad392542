// SPDX-License-Identifier: MIT
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eddy/combine/outcome.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/flow/detail/error_filter.h"
#include "eddy/flow/detail/line.h"
#include "eddy/flow/detail/repeated_call.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {

class AdaptiveLimit;

namespace detail {
class AdaptiveAcquire;
}

/// How an AdaptiveLimit moves. Fluent: `AdaptiveLimitOptions{}.start(20).bounds(1, 200)`.
class AdaptiveLimitOptions {
 public:
  constexpr AdaptiveLimitOptions() noexcept = default;
  /// Where it begins. 10 unless set.
  constexpr AdaptiveLimitOptions& start(std::size_t n) noexcept {
    start_ = n;
    return *this;
  }
  /// Where it stays, at most 2^53. 1 to 1000 unless set.
  constexpr AdaptiveLimitOptions& bounds(std::size_t min, std::size_t max) noexcept {
    min_ = min;
    max_ = max;
    return *this;
  }
  /// What a rejection leaves of it. 0.5 unless set.
  constexpr AdaptiveLimitOptions& decrease(double factor) noexcept {
    factor_ = factor;
    return *this;
  }

 private:
  friend class AdaptiveLimit;
  std::size_t start_ = 10;
  std::size_t min_ = 1;
  std::size_t max_ = 1000;
  double factor_ = 0.5;
};

/// A place under an AdaptiveLimit. Say how it went; dropped without a word it counts as nothing.
///
/// Move-only; must not outlive the limit.
class [[nodiscard("keep it: the place is given back when this is destroyed")]] AdaptivePermit {
 public:
  AdaptivePermit(AdaptivePermit&& other) noexcept
      : limit_(std::exchange(other.limit_, nullptr)), number_(other.number_) {}
  AdaptivePermit& operator=(AdaptivePermit other) noexcept {
    std::swap(limit_, other.limit_);
    std::swap(number_, other.number_);
    return *this;
  }
  ~AdaptivePermit() { release(); }

  /// The server took it: there may be room for more. Gives the place back.
  void succeeded() noexcept;
  /// The server pushed back: too many. Gives the place back.
  void rejected() noexcept;
  /// Neither. Gives the place back; harmless when that was done.
  void release() noexcept;
  explicit operator bool() const noexcept { return limit_ != nullptr; }

 private:
  friend class detail::AdaptiveAcquire;
  AdaptivePermit(AdaptiveLimit& limit, std::uint64_t number) noexcept : limit_(&limit), number_(number) {}

  AdaptiveLimit* limit_;
  std::uint64_t number_;
};

namespace detail {

class [[nodiscard("co_await it")]] AdaptiveAcquire final : public LineOp, public AwaitLeaf<AdaptiveAcquire> {
 public:
  explicit AdaptiveAcquire(AdaptiveLimit& limit) noexcept;
  AdaptivePermit take();
  void describe(OpDescription& to) const override;

 private:
  AdaptiveLimit* limit_;
};

}  // namespace detail

/// How many at a time, found out by trying: `AdaptiveLimit limit; auto permit = co_await limit.acquire();`, then
/// `permit.succeeded()` or `permit.rejected()`. For servers that push back (429, 503, "too many connections").
///
/// As TCP does it (AIMD): while it is used to the full, successes raise it by about one per round, a rejection halves
/// it, once per round: the other rejections of requests that were on their way already are the same news. Fair: first
/// come, first served; a cancelled waiter costs nothing. One loop. For a limit that is known see `Semaphore`.
class AdaptiveLimit : private detail::Line {
 public:
  explicit AdaptiveLimit(AdaptiveLimitOptions options = AdaptiveLimitOptions());
  ~AdaptiveLimit() { assert(waiters().empty() && "eddy::AdaptiveLimit destroyed while tasks wait for it"); }

  detail::AdaptiveAcquire acquire() noexcept { return detail::AdaptiveAcquire(*this); }

  /// Calls `f()` under a permit and reports how it went: `is_pushback` looks at the result, at an error of the type
  /// that it takes, or at the `Outcome` as a whole. What is an error and no pushback counts as nothing.
  template <class F, class P>
  auto run(F&& f, P&& is_pushback) {
    detail::check_closure<F>();
    detail::check_closure<P>();
    using Call = detail::repeated_call_t<F>;
    return guarded<detail::call_result_t<Call>>(*this, Call(std::in_place, std::forward<F>(f)),
                                                std::decay_t<P>(std::forward<P>(is_pushback)));
  }

  /// How many at a time, for now.
  std::size_t current() const noexcept { return static_cast<std::size_t>(limit_); }
  std::size_t in_flight() const noexcept { return in_flight_; }
  /// How many tasks wait. Counts them: for logs and tests.
  std::size_t n_waiting() const noexcept { return waiters().count(); }
  /// Whether it is as good as new: back where it began, and nobody uses it.
  bool idle() const noexcept { return waiters().empty() && in_flight_ == 0 && current() == options_.start_; }

 private:
  friend class AdaptivePermit;
  friend class detail::AdaptiveAcquire;

  template <class T, class P>
  static bool pushes_back(const Outcome<T>& ended, P& is_pushback) {
    if constexpr (std::is_invocable_v<P&, const Outcome<T>&>) {
      return is_pushback(ended);
    } else {
      using Asked = detail::asks_for_t<P>;
      static_assert(!std::is_void_v<Asked>, "eddy: is_pushback takes a result, an error, or an Outcome");
      if (ended.error()) {
        const Asked* error = detail::error_cast<Asked>(ended.error());
        return error && is_pushback(*error);
      }
      if constexpr (std::is_same_v<Asked, std::remove_cvref_t<T>>) {
        return is_pushback(ended.value());
      } else {
        return false;
      }
    }
  }

  template <class T, class Call, class P>
  static Task<T> guarded(AdaptiveLimit& limit, Call call, P is_pushback) {
    auto permit = co_await limit.acquire();
    auto body = [&call]() -> decltype(auto) { return call(); };
    auto ended = co_await outcome(timeout(no_timeout, body));
    if (ended.cancelled()) co_await checkpoint();
    if (pushes_back(ended, is_pushback)) {
      permit.rejected();
    } else if (!ended.error()) {
      permit.succeeded();
    }
    co_return std::move(ended).value();
  }

  void grow() noexcept;
  void shrink(std::uint64_t number) noexcept;

  detail::Nanos free_at(std::size_t n, detail::Nanos now) noexcept override {
    return in_flight_ + n <= current() ? now : detail::kForever;
  }
  void reserve(std::size_t n) noexcept override { in_flight_ += n; }
  void commit(std::size_t, detail::Nanos) noexcept override { ++number_; }
  void release(std::size_t n) noexcept override { in_flight_ -= n; }

  AdaptiveLimitOptions options_;
  double limit_;
  std::size_t in_flight_ = 0;
  std::uint64_t number_ = 0;      ///< of the latest permit
  std::uint64_t round_from_ = 1;  ///< permits before it were on their way when the limit was last lowered
};

}  // namespace eddy

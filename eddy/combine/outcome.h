// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/outcome.h"

namespace eddy {
namespace detail {

template <Operation Child>
class [[nodiscard("co_await it")]] OutcomeOp final : public Op, public Await<OutcomeOp<Child>> {
 public:
  using Result = decltype(std::declval<Child&>().take());
  explicit OutcomeOp(Child&& child) : child_(std::move(child)) {}

  bool ready() { return child_.ready(); }
  Step start(Strand& strand, Cont cont) noexcept {
    enter(strand, cont);
    return child_.start(strand, Cont(*this));
  }
  Step child_done() noexcept override { return Step::resume(cont()); }
  Step child_cancelled() noexcept override {
    if (strand().cancelled_hard()) return Step::unwind(cont());
    cancelled_ = true;
    return Step::resume(cont());
  }
  Outcome<Result> take() {
    if (cancelled_) return Outcome<Result>::was_cancelled();
    return Outcome<Result>::of([this]() -> Result { return child_.take(); });
  }

 private:
  Child child_;
  bool cancelled_ = false;
};

template <Operation Child>
class [[nodiscard("co_await it")]] RaisingOp final : public Op, public Await<RaisingOp<Child>> {
 public:
  explicit RaisingOp(Child&& child) : child_(std::move(child)) {}

  bool ready() { return child_.ready(); }
  Step start(Strand& strand, Cont cont) noexcept {
    enter(strand, cont);
    return child_.start(strand, Cont(*this));
  }
  Step child_done() noexcept override { return Step::resume(cont()); }
  Step child_cancelled() noexcept override {
    if (strand().cancelled_hard()) return Step::unwind(cont());
    cancelled_ = true;
    return Step::resume(cont());
  }
  decltype(auto) take() {
    if (cancelled_) throw_cancelled();
    return child_.take();
  }

 private:
  Child child_;
  bool cancelled_ = false;
};

struct OutcomeFn {
  template <class A>
  auto operator()(A&& awaitable) const {
    return OutcomeOp<operation_t<A>>(to_operation(std::forward<A>(awaitable)));
  }
};
struct RaisingFn {
  template <class A>
  auto operator()(A&& awaitable) const {
    return RaisingOp<operation_t<A>>(to_operation(std::forward<A>(awaitable)));
  }
};

}  // namespace detail

/// `co_await outcome(op)`: how `op` ended, as a value to look at: never throws, never unwinds.
///
/// After `.cancelled()` clean up (under `shield`, if that awaits) and let `co_await checkpoint()` carry the
/// cancellation on: every await that would suspend does, so it cannot be lost. Looping over a cancelled outcome spins.
inline constexpr detail::OutcomeFn outcome{};

/// `co_await raising(op)`: throws `Cancelled` at this await if it is cancelled, for code that wants `catch`.
inline constexpr detail::RaisingFn raising{};

}  // namespace eddy

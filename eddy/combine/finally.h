// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include "eddy/combine/detail/replaced_error.h"
#include "eddy/combine/shield.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/body.h"
#include "eddy/core/outcome.h"

namespace eddy {
namespace detail {

/// When the cleanup runs.
enum class CleanupOn { kEveryEnd, kCancel };

/// Phases: body → cleanup (shielded) → end. The body's result is taken out before the cleanup starts.
template <Operation Child, class Cleanup, CleanupOn kWhen>
class [[nodiscard("co_await it")]] FinallyOp final : public Op, public Await<FinallyOp<Child, Cleanup, kWhen>> {
  using Result = decltype(std::declval<Child&>().take());

 public:
  template <class F>
  FinallyOp(Child&& child, F&& cleanup) : child_(std::move(child)), cleanup_(std::in_place, std::forward<F>(cleanup)) {}
  FinallyOp(FinallyOp&& other)
      : Op(static_cast<Op&&>(other)), child_(std::move(other.child_)), cleanup_(std::move(other.cleanup_)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept {
    enter(strand, cont);
    return start_child(child_, strand, Cont(*this));
  }

  Step child_done() noexcept override {
    if (cleaning_) return finish();
    keep_result();
    return kWhen == CleanupOn::kEveryEnd || !result_ ? clean() : Step::resume(cont());
  }
  Step child_cancelled() noexcept override {
    if (cleaning_) {  // by a hard cancel
      strand().pop(scope_);
      return Step::unwind(cont());
    }
    return clean();
  }

  Result take() {
    if (cleanup_error_) std::rethrow_exception(cleanup_error_);
    return std::move(*result_).value();
  }

 private:
  void keep_result() noexcept {
    try {
      result_.emplace(Outcome<Result>::of([this]() -> Result { return child_.take(); }));
    } catch (...) {  // it could not be moved
      result_.emplace(Outcome<Result>::failed(std::current_exception()));
    }
    if (result_->cancelled()) result_.reset();
  }

  Step clean() noexcept {
    if (strand().cancelled_hard()) return Step::unwind(cont());
    cleaning_ = true;
    strand().push(scope_);
    return cleanup_.start(strand(), Cont(*this));
  }

  Step finish() noexcept {
    strand().pop(scope_);
    try {
      cleanup_.take();
    } catch (...) {
      cleanup_error_ = std::current_exception();
      if (result_ && result_->error()) report_replaced_error(result_->error());
      result_.reset();
      return strand().cancelled_hard() ? Step::unwind(cont()) : Step::resume(cont());
    }
    return result_ ? Step::resume(cont()) : Step::unwind(cont());
  }

  Child child_;
  Body<Cleanup> cleanup_;
  ShieldScope scope_;
  bool cleaning_ = false;
  std::optional<Outcome<Result>> result_;
  std::exception_ptr cleanup_error_;
};

template <CleanupOn kWhen>
struct FinallyFn {
  template <class A, class F>
  auto operator()(A&& body, F&& cleanup) const {
    check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&>,
                  "eddy: the cleanup is a callable without arguments: [&] { return close(); }");
    return FinallyOp<operation_t<A>, std::decay_t<F>, kWhen>(to_operation(std::forward<A>(body)),
                                                             std::forward<F>(cleanup));
  }
};

}  // namespace detail

/// `co_await finally(work(), [&] { return close(); })`: runs the cleanup, shielded, whatever `work` ends in: value,
/// error or cancellation. Python's `try: … finally: await close()`.
///
/// A cleanup that throws wins; the body's error, if it had one, then goes to the loop's exception handler.
inline constexpr detail::FinallyFn<detail::CleanupOn::kEveryEnd> finally{};

/// `co_await on_cancel(work(), [&] { return cleanup(); })`: the same for cancellation only. Python's
/// `except CancelledError: await cleanup(); raise`.
inline constexpr detail::FinallyFn<detail::CleanupOn::kCancel> on_cancel{};

}  // namespace eddy

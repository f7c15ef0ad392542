// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/combine/detail/branches.h"
#include "eddy/combine/detail/inputs.h"
#include "eddy/combine/observer.h"
#include "eddy/combine/results.h"
#include "eddy/core/outcome.h"

namespace eddy {

/// `gather(return_exceptions, …)`: errors become Outcomes instead of ending the gather.
struct ReturnExceptions {};
inline constexpr ReturnExceptions return_exceptions{};

namespace detail {

/// The decision of gather: the first error counts and cancels the rest; with `keep_errors` none does.
class GatherBase : public Branches {
 public:
  bool ready() const noexcept { return false; }
  void describe(OpDescription& to) const override { describe_as("gather", false, to); }

 protected:
  explicit GatherBase(bool keep_errors) noexcept : keep_errors_(keep_errors) {}
  GatherBase(GatherBase&&) = default;
  ~GatherBase() = default;

  bool decide(BranchBase& branch) noexcept override {
    if (branch.stopped()) stopped_ = true;
    if (keep_errors_ || !branch.failed()) return false;
    if (error_) {
      report_late_error("gather", std::move(branch.error));
    } else {
      error_ = std::move(branch.error);
    }
    return true;
  }
  bool conclusive() noexcept override { return error_ || !stopped_; }
  void check() const {
    if (error_) std::rethrow_exception(error_);
  }
  void expect(std::size_t) noexcept {}
  /// Whether a branch that has ended is one of those that were asked for.
  bool counts(const BranchBase& branch) const noexcept {
    return !branch.stopped() && (keep_errors_ || !branch.failed());
  }

  std::exception_ptr error_;

 private:
  bool keep_errors_;
  bool stopped_ = false;
};

/// The same with somebody who watches it.
template <class P>
class ObservedGather : public GatherBase {
 protected:
  ObservedGather(bool keep_errors, P&& observer) : GatherBase(keep_errors), observed_(std::forward<P>(observer)) {}
  ObservedGather(ObservedGather&&) = default;
  ~ObservedGather() = default;

  void expect(std::size_t branches) noexcept { observed_.expect(branches); }
  bool decide(BranchBase& branch) noexcept override {
    if (counts(branch)) observed_.advance();
    return GatherBase::decide(branch);
  }
  bool conclusive() noexcept override {
    observed_.end();
    return GatherBase::conclusive();
  }

 private:
  Observed<P> observed_;
};

template <class T, Operation O>
Outcome<T> outcome_of(Branch<O>& branch) {
  if (branch.failed()) return Outcome<T>::failed(std::move(branch.error));
  if constexpr (std::is_void_v<T>) {
    return Outcome<T>(std::in_place);
  } else {
    return Outcome<T>(std::in_place, branch.take());
  }
}

/// What Outcome of a collected result is: void stays void.
template <Operation O>
using outcome_value_t = std::conditional_t<std::is_void_v<decltype(std::declval<O&>().take())>, void, collected_t<O>>;

template <class Base, bool kKeepErrors, Operation... O>
class [[nodiscard("co_await it")]] GatherOp final : public Base, public Await<GatherOp<Base, kKeepErrors, O...>> {
 public:
  template <class... P>
  explicit GatherOp(std::in_place_t, O&&... operations, P&&... observer)
      : Base(kKeepErrors, std::forward<P>(observer)...), operations_(std::in_place, std::move(operations)...) {}
  GatherOp(GatherOp&& other) : Base(static_cast<Base&&>(other)), operations_(std::move(other.operations_)) {}

  Step start(Strand& strand, Cont cont) noexcept {
    this->open(strand, cont);
    this->expect(sizeof...(O));
    std::apply(
        [this](O&... operation) {
          std::apply([&](auto&... branch) { (branch.set(std::move(operation)), ...); }, branches_);
        },
        *operations_);
    operations_.reset();
    std::apply([this](auto&... branch) { (this->add(branch), ...); }, branches_);
    return this->wait();
  }

  auto take() {
    this->check();
    return std::apply(
        [](Branch<O>&... branch) {
          if constexpr (kKeepErrors) {
            return Gathered<Outcome<outcome_value_t<O>>...>(outcome_of<outcome_value_t<O>>(branch)...);
          } else {
            return Gathered<collected_t<O>...>(static_cast<collected_t<O>>(branch.take())...);
          }
        },
        branches_);
  }

 private:
  std::optional<std::tuple<O...>> operations_;
  std::tuple<Branch<O>...> branches_;
};

template <class Base, bool kKeepErrors, class R>
class [[nodiscard("co_await it")]] GatherRangeOp final : public Base,
                                                         public Await<GatherRangeOp<Base, kKeepErrors, R>> {
  using O = operation_t<typename HeldRange<R>::Element>;
  static_assert(
      kKeepErrors || !std::is_reference_v<collected_t<O>>,
      "eddy: gather of a range gives a vector, which cannot hold references: pass std::move(handles), or return "
      "pointers from the tasks");
  using Value = std::conditional_t<kKeepErrors, Outcome<outcome_value_t<O>>, std::remove_reference_t<collected_t<O>>>;

 public:
  template <class... P>
  explicit GatherRangeOp(R&& range, P&&... observer)
      : Base(kKeepErrors, std::forward<P>(observer)...), range_(std::forward<R>(range)) {}
  GatherRangeOp(GatherRangeOp&& other) : Base(static_cast<Base&&>(other)), range_(std::move(other.range_)) {}

  Step start(Strand& strand, Cont cont) noexcept {
    this->open(strand, cont);
    try {
      range_.for_each(
          [this](auto&& element) { branches_.emplace_back(to_operation(std::forward<decltype(element)>(element))); });
    } catch (...) {  // the range failed to make one of the awaitables: none of them starts
      this->error_ = std::current_exception();
      branches_.clear();
    }
    this->expect(branches_.size());
    for (Branch<O>& branch : branches_) this->add(branch);
    return this->wait();
  }

  std::vector<Value> take() {
    this->check();
    std::vector<Value> values;
    values.reserve(branches_.size());
    for (Branch<O>& branch : branches_) {
      if constexpr (kKeepErrors) {
        values.push_back(outcome_of<outcome_value_t<O>>(branch));
      } else {
        values.push_back(branch.take());
      }
    }
    return values;
  }

 private:
  HeldRange<R> range_;
  std::deque<Branch<O>> branches_;
};

struct GatherFn {
  template <Awaitable... A>
    requires(sizeof...(A) > 0)
  auto operator()(A&&... awaitables) const {
    return several<GatherBase, false>(to_operation(std::forward<A>(awaitables))...);
  }
  template <Awaitable... A>
    requires(sizeof...(A) > 0)
  auto operator()(ReturnExceptions, A&&... awaitables) const {
    return several<GatherBase, true>(to_operation(std::forward<A>(awaitables))...);
  }
  template <Iterable R>
    requires(!Awaitable<R>)
  auto operator()(R&& range) const {
    return GatherRangeOp<GatherBase, false, R>(std::forward<R>(range));
  }
  template <Iterable R>
    requires(!Awaitable<R>)
  auto operator()(ReturnExceptions, R&& range) const {
    return GatherRangeOp<GatherBase, true, R>(std::forward<R>(range));
  }

  template <Observer P, Awaitable... A>
    requires(sizeof...(A) > 0)
  auto operator()(P&& observer, A&&... awaitables) const {
    return observed<false>(std::forward<P>(observer), to_operation(std::forward<A>(awaitables))...);
  }
  template <Observer P, Awaitable... A>
    requires(sizeof...(A) > 0)
  auto operator()(P&& observer, ReturnExceptions, A&&... awaitables) const {
    return observed<true>(std::forward<P>(observer), to_operation(std::forward<A>(awaitables))...);
  }
  template <Observer P, Iterable R>
    requires(!Awaitable<R>)
  auto operator()(P&& observer, R&& range) const {
    return GatherRangeOp<ObservedGather<P>, false, R>(std::forward<R>(range), std::forward<P>(observer));
  }
  template <Observer P, Iterable R>
    requires(!Awaitable<R>)
  auto operator()(P&& observer, ReturnExceptions, R&& range) const {
    return GatherRangeOp<ObservedGather<P>, true, R>(std::forward<R>(range), std::forward<P>(observer));
  }
  /// In either order.
  template <Observer P, class... A>
  auto operator()(ReturnExceptions, P&& observer, A&&... what) const {
    return (*this)(std::forward<P>(observer), return_exceptions, std::forward<A>(what)...);
  }

 private:
  template <class Base, bool kKeepErrors, class... O>
  static auto several(O&&... operations) {
    return GatherOp<Base, kKeepErrors, O...>(std::in_place, std::move(operations)...);
  }
  template <bool kKeepErrors, class P, class... O>
  static auto observed(P&& observer, O&&... operations) {
    return GatherOp<ObservedGather<P>, kKeepErrors, O...>(std::in_place, std::move(operations)...,
                                                          std::forward<P>(observer));
  }
};

}  // namespace detail

/// `auto [a, b] = co_await gather(f(), g())`: runs them at the same time, results in order. A range of tasks or handles
/// gives a vector; a view such as `urls | transform(fetch)` is evaluated when the gather starts. `void` becomes Unit.
///
/// The first error cancels the others, waits for them, and is thrown; later ones go to the exception handler. With
/// `return_exceptions` first, every result is an Outcome. Handles it was given are cancelled when it is cancelled or
/// fails. For more control over errors see `task_group`.
///
/// `gather(Progress{"pages"}, …)`: an Observer in front is told how many there are and of each that is done.
inline constexpr detail::GatherFn gather{};

}  // namespace eddy

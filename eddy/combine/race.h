// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "eddy/base/exception_group.h"
#include "eddy/combine/detail/branches.h"
#include "eddy/combine/detail/inputs.h"

namespace eddy {
namespace detail {

/// Whether an error ends a race.
enum class RaceFor { kFirstEnd, kFirstSuccess };

class RaceBase : public Branches {
 public:
  bool ready() const noexcept { return false; }
  void describe(OpDescription& to) const override {
    describe_as(what_ == RaceFor::kFirstEnd ? "race" : "first_success", !winner_, to);
  }

 protected:
  explicit RaceBase(RaceFor what) noexcept : what_(what) {}
  RaceBase(RaceBase&&) = default;
  ~RaceBase() = default;

  bool decide(BranchBase& branch) noexcept override {
    if (branch.stopped()) return false;
    if (winner_) {
      if (branch.failed()) report_late_error("race", std::move(branch.error));
      return false;
    }
    if (branch.failed() && what_ == RaceFor::kFirstSuccess) {
      errors_.push_back(std::move(branch.error));
      return false;
    }
    winner_ = &branch;
    return true;
  }
  // Without a winner: every branch failed, or we were cancelled. Errors count more than the cancellation, which stays
  // pending.
  bool conclusive() noexcept override { return winner_ || failed_start_ || !errors_.empty(); }

  void check() {
    if (failed_start_) std::rethrow_exception(failed_start_);
    if (!winner_) throw ExceptionGroup("first_success: every attempt failed", std::move(errors_));
    if (winner_->failed()) std::rethrow_exception(std::move(winner_->error));
  }

  BranchBase* winner_ = nullptr;
  std::exception_ptr failed_start_;

 private:
  RaceFor what_;
  std::vector<std::exception_ptr> errors_;
};

/// One type for all: itself when they agree, else a variant of the different ones.
template <class... T>
struct WinnerOf;
template <class T, class... Rest>
struct WinnerOf<T, Rest...> {
  template <class Done, class... Left>
  struct Unique {
    using type = Done;
  };
  template <class... Done, class Next, class... Left>
  struct Unique<std::variant<Done...>, Next, Left...>
      : Unique<
            std::conditional_t<(std::is_same_v<Done, Next> || ...), std::variant<Done...>, std::variant<Done..., Next>>,
            Left...> {};
  using type = std::conditional_t<(std::is_same_v<T, Rest> && ...), T, typename Unique<std::variant<T>, Rest...>::type>;
};

template <RaceFor kWhat, Operation... O>
class [[nodiscard("co_await it")]] RaceOp final : public RaceBase, public Await<RaceOp<kWhat, O...>> {
  using Winner = typename WinnerOf<collected_t<O>...>::type;
  static constexpr bool kAllVoid = (std::is_void_v<decltype(std::declval<O&>().take())> && ...);

 public:
  explicit RaceOp(O&&... operations) : RaceBase(kWhat), operations_(std::in_place, std::move(operations)...) {}
  RaceOp(RaceOp&& other) : RaceBase(static_cast<RaceBase&&>(other)), operations_(std::move(other.operations_)) {}

  Step start(Strand& strand, Cont cont) noexcept {
    open(strand, cont);
    std::apply(
        [this](O&... operation) {
          std::apply([&](auto&... branch) { (branch.set(std::move(operation)), ...); }, branches_);
        },
        *operations_);
    operations_.reset();
    std::apply([this](auto&... branch) { (add(branch), ...); }, branches_);
    return wait();
  }

  std::conditional_t<kAllVoid, void, Winner> take() {
    check();
    if constexpr (!kAllVoid) return pick<0>();
  }

 private:
  template <std::size_t kTry>
  Winner pick() {
    auto& branch = std::get<kTry>(branches_);
    if constexpr (kTry + 1 < sizeof...(O)) {
      if (&branch != winner_) return pick<kTry + 1>();
    }
    return branch.take();
  }

  std::optional<std::tuple<O...>> operations_;
  std::tuple<Branch<O>...> branches_;
};

template <RaceFor kWhat, class R>
class [[nodiscard("co_await it")]] RaceRangeOp final : public RaceBase, public Await<RaceRangeOp<kWhat, R>> {
  using O = operation_t<typename HeldRange<R>::Element>;
  using Result = decltype(std::declval<O&>().take());

 public:
  explicit RaceRangeOp(R&& range) : RaceBase(kWhat), range_(std::forward<R>(range)) {}
  RaceRangeOp(RaceRangeOp&& other) : RaceBase(static_cast<RaceBase&&>(other)), range_(std::move(other.range_)) {}

  Step start(Strand& strand, Cont cont) noexcept {
    open(strand, cont);
    try {
      range_.for_each(
          [this](auto&& element) { branches_.emplace_back(to_operation(std::forward<decltype(element)>(element))); });
      if (branches_.empty()) throw RuntimeError("race: nobody takes part, so nobody could ever win");
    } catch (...) {
      failed_start_ = std::current_exception();
      branches_.clear();
    }
    for (Branch<O>& branch : branches_) add(branch);
    return wait();
  }

  std::conditional_t<std::is_void_v<Result>, void, collected_t<O>> take() {
    check();
    if constexpr (!std::is_void_v<Result>) return static_cast<Branch<O>*>(winner_)->take();
  }

 private:
  HeldRange<R> range_;
  std::deque<Branch<O>> branches_;
};

template <RaceFor kWhat>
struct RaceFn {
  template <Awaitable... A>
    requires(sizeof...(A) > 0)
  auto operator()(A&&... awaitables) const {
    return RaceOp<kWhat, operation_t<A>...>(to_operation(std::forward<A>(awaitables))...);
  }
  template <Iterable R>
    requires(!Awaitable<R>)
  auto operator()(R&& range) const {
    return RaceRangeOp<kWhat, R>(std::forward<R>(range));
  }
};

}  // namespace detail

/// `co_await race(a(), b())`: the first to end decides, be it with a value or an error; the others are cancelled and
/// waited for. Different result types give a variant. Also of a range.
inline constexpr detail::RaceFn<detail::RaceFor::kFirstEnd> race{};

/// `co_await first_success(a(), b())`: the first value wins, errors lose too; when all fail, an ExceptionGroup of them.
/// Errors from before the winner are what it is made to overlook, and are dropped.
inline constexpr detail::RaceFn<detail::RaceFor::kFirstSuccess> first_success{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/core/awaitable.h"

namespace eddy {
namespace detail {

/// A scope that hides cancellation from what runs inside.
struct ShieldScope : CancelScope {
  ShieldScope() noexcept { flags = kShield; }
};

template <Operation Child>
class [[nodiscard("co_await it")]] ShieldOp final : public Op, public Await<ShieldOp<Child>> {
 public:
  explicit ShieldOp(Child&& child) : child_(std::move(child)) {}
  ShieldOp(ShieldOp&& other) : Op(static_cast<Op&&>(other)), child_(std::move(other.child_)) {}

  bool ready() { return child_.ready(); }
  Step start(Strand& strand, Cont cont) noexcept {
    enter(strand, cont);
    strand.push(scope_);
    return child_.start(strand, Cont(*this));
  }
  Step child_done() noexcept override {
    strand().pop(scope_);
    return Step::resume(cont());
  }
  Step child_cancelled() noexcept override {  // by a hard cancel, the only one that passes
    strand().pop(scope_);
    return Step::unwind(cont());
  }
  decltype(auto) take() { return child_.take(); }

 private:
  Child child_;
  ShieldScope scope_;
};

struct ShieldFn {
  template <class A>
  auto operator()(A&& awaitable) const {
    return ShieldOp<operation_t<A>>(to_operation(std::forward<A>(awaitable)));
  }
};

}  // namespace detail

/// `co_await shield(op)`: `op` runs to its end whatever is cancelled outside; the cancellation takes effect at the next
/// await behind it. Delays, where asyncio's shield abandons: nothing is left running alone.
inline constexpr detail::ShieldFn shield{};

}  // namespace eddy

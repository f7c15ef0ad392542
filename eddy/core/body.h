// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/base/unit.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/closure.h"

namespace eddy::detail {

template <class R>
struct BodyResult {
  using type = R;
};
template <Awaitable R>
struct BodyResult<R> {
  using type = await_result_t<R>;
};

/// A callable that a combinator calls once and whose result, awaited if it is awaitable, it hands on.
///
/// The callable is kept until the end, so that a coroutine lambda may use its captures.
template <class F, class... Args>
class Body {
 public:
  using Returned = std::invoke_result_t<F&, Args...>;
  using Result = typename BodyResult<Returned>::type;

  template <class G>
  explicit Body(std::in_place_t, G&& f) : f_(std::forward<G>(f)) {}

  Step start(Strand& strand, Cont cont, Args... args) noexcept {
    if constexpr (Awaitable<Returned>) {
      try {
        slot_.emplace(to_operation(f_(static_cast<Args>(args)...)));
        return start_child(*slot_, strand, cont);
      } catch (...) {
        if (caught_visible_cancel()) return Step::unwind(cont);
        error_ = std::current_exception();
        return Step::resume(cont);
      }
    } else {
      return call(static_cast<Args>(args)...) ? Step::resume(cont) : Step::unwind(cont);
    }
  }

  /// Of one that is not awaited: that is all of it. False when it ended as cancelled.
  bool call(Args... args) noexcept {
    try {
      if constexpr (std::is_void_v<Returned>) {
        f_(static_cast<Args>(args)...);
      } else if constexpr (std::is_reference_v<Returned>) {
        Returned result = f_(static_cast<Args>(args)...);
        slot_.emplace(address_of(result));
      } else {
        slot_.emplace(f_(static_cast<Args>(args)...));
      }
    } catch (...) {
      if (caught_visible_cancel()) return false;
      error_ = std::current_exception();
    }
    return true;
  }

  /// … it has thrown.
  bool failed() const noexcept { return error_ != nullptr; }

  Result take() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    if constexpr (Awaitable<Returned>) {
      struct End {
        Slot& slot;
        ~End() { slot.reset(); }
      } end{slot_};
      return slot_->take();
    } else if constexpr (std::is_void_v<Returned>) {
      return;
    } else if constexpr (std::is_reference_v<Returned>) {
      return static_cast<Result>(**slot_);
    } else {
      return static_cast<Result>(std::move(*slot_));
    }
  }

 private:
  template <class R>
  struct SlotOf {
    using type = std::optional<R>;
  };
  template <class R>
    requires(std::is_reference_v<R> && !Awaitable<R>)
  struct SlotOf<R> {
    using type = std::optional<std::add_pointer_t<R>>;
  };
  template <Awaitable R>
  struct SlotOf<R> {
    using type = std::optional<operation_t<R>>;
  };
  using Slot = typename SlotOf<std::conditional_t<std::is_void_v<Returned>, Unit, Returned>>::type;

  F f_;
  Slot slot_;
  std::exception_ptr error_;
};

/// An awaitable in the place of a Body.
template <Operation O>
class Given {
 public:
  using Result = decltype(std::declval<O&>().take());
  explicit Given(O&& operation) : operation_(std::move(operation)) {}

  bool ready() { return operation_.ready(); }
  Step start(Strand& strand, Cont cont) noexcept { return operation_.start(strand, cont); }
  Result take() { return operation_.take(); }

 private:
  O operation_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/base/unit.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/body.h"

namespace eddy::detail {

/// What awaiting a function's result gives, or the result itself if it is not awaitable.
template <class F, class... A>
using settled_t = typename BodyResult<std::invoke_result_t<F&, A...>>::type;

template <class F, class... A>
inline constexpr bool kCallAwaits = Awaitable<std::invoke_result_t<F&, A...>>;

template <class Result>
using unit_if_void_t = std::conditional_t<std::is_void_v<Result>, Unit, Result>;

/// A plain result in the place of an awaitable.
template <class T>
class Immediate {
 public:
  explicit Immediate(T&& value) : value_(std::forward<T>(value)) {}
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  T await_resume() { return std::forward<T>(value_); }

 private:
  T value_;
};
template <>
class Immediate<void> {
 public:
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};

/// `co_await call(f, args...)`: the user's function, which may return a value, nothing, or an awaitable of those.
template <class F, class... A>
decltype(auto) call(F& f, A&&... args) {
  using R = std::invoke_result_t<F&, A...>;
  if constexpr (kCallAwaits<F, A...>) {
    return detail::invoke(f, std::forward<A>(args)...);
  } else if constexpr (std::is_void_v<R>) {
    detail::invoke(f, std::forward<A>(args)...);
    return Immediate<void>();
  } else {
    using Value = std::conditional_t<std::is_lvalue_reference_v<R>, R, std::remove_cvref_t<R>>;
    return Immediate<Value>(detail::invoke(f, std::forward<A>(args)...));
  }
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/body.h"
#include "eddy/core/signature.h"

namespace eddy::detail {

template <class T>
decltype(auto) lend(T& stored) noexcept {
  if constexpr (ReferenceWrapper<T>) {
    return stored.get();
  } else {
    return (stored);
  }
}

/// A callable with its arguments, kept as `create_task` keeps them, but to be called more than once: it lends the
/// arguments instead of giving them away. A coroutine may refer to all of them.
template <class F, class... A>
class RepeatedCall {
  static_assert(!Awaitable<F>,
                "eddy: this is an awaitable, which runs once: pass what makes one, such as [&] { return fetch(url); }, "
                "or the function and its arguments");
  using Tuple = typename StoredArguments<typename ParametersOf<F>::type, std::tuple<A...>>::type;
  template <class Tuple>
  struct Takes;
  template <class... S>
  struct Takes<std::tuple<S...>> {
    static constexpr bool value = requires(F& f, S&... stored) { detail::invoke(f, lend(stored)...); };
  };
  static_assert(Takes<Tuple>::value,
                "eddy: it is called again and again with the arguments that are kept for it: they must be copyable, or "
                "passed as std::ref(object), and match what the function takes");

 public:
  template <class G, class... B>
  explicit RepeatedCall(std::in_place_t, G&& f, B&&... arguments)
      : f_(std::forward<G>(f)), arguments_(std::forward<B>(arguments)...) {}

  decltype(auto) operator()() {
    return std::apply([this](auto&... stored) -> decltype(auto) { return detail::invoke(f_, lend(stored)...); },
                      arguments_);
  }

 private:
  F f_;
  Tuple arguments_;
};

template <class F, class... A>
using repeated_call_t = RepeatedCall<std::decay_t<F>, A...>;

/// What it gives in the end: what awaiting what it returns gives, or what it returns.
template <class Call>
using call_result_t = typename BodyResult<decltype(std::declval<Call&>()())>::type;

}  // namespace eddy::detail

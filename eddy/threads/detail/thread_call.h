// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/signature.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {

/// What a function that does not ask for a stop token can be stopped by: nothing.
class NoStop {
 public:
  static constexpr bool kPossible = false;
};
class TokenStop {
 public:
  static constexpr bool kPossible = true;
  const std::stop_source& source() const noexcept { return source_; }

 private:
  std::stop_source source_;
};

/// A function given with arguments that it takes behind a `std::stop_token`.
template <class F, class... Args>
inline constexpr bool kWantsToken = !std::is_invocable_v<std::decay_t<F>&, std::decay_t<Args>...> &&
                                    std::is_invocable_v<std::decay_t<F>&, std::stop_token, std::decay_t<Args>...>;

template <bool kToken, class F, class... Args>
struct ThreadCallOf {
  using Stop = NoStop;
  using Stored = stored_call_t<F, Args...>;
};
template <class F, class... Args>
struct ThreadCallOf<true, F, Args...> {
  using Stop = TokenStop;
  using Stored = stored_call_t<F, std::stop_token, Args...>;
};

/// What a function returned, or a callback was given, until somebody takes it.
template <class T>
class ThreadResult {
 public:
  template <class... A>
  void store(A&&... value) {
    value_.emplace(std::forward<A>(value)...);
  }
  template <class F>
  void keep(F& f) {
    if constexpr (std::is_void_v<T>) {
      f();
    } else if constexpr (std::is_reference_v<T>) {
      T result = f();
      value_.emplace(address_of(result));
    } else {
      value_.emplace(f());
    }
  }
  T take() {
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(**value_);
    } else {
      return std::move(*value_);
    }
  }

 private:
  std::optional<task_stored_t<T>> value_;
};

/// A plain function with its arguments, stored as `create_task` stores them, and its stop source if it asks for one.
template <class F, class... Args>
class ThreadCall {
  using Of = ThreadCallOf<kWantsToken<F, Args...>, F, Args...>;
  using Stored = typename Of::Stored;

 public:
  using Stop = typename Of::Stop;
  using Result = decltype(std::declval<Stored&>()());
  static_assert(!kAwaitable<Result>,
                "eddy: this function is a coroutine: threads run plain functions; co_await it, or start it on another "
                "loop with spawn_on");

  template <class G, class... B>
  explicit ThreadCall(std::in_place_t, G&& f, B&&... arguments)
      : call_(make(std::forward<G>(f), std::forward<B>(arguments)...)) {}

  Result operator()() { return static_cast<Result>(call_()); }
  /// Null for a function that takes no stop token.
  const std::stop_source* stop_source() const noexcept {
    if constexpr (Stop::kPossible) {
      return &stop_.source();
    } else {
      return nullptr;
    }
  }

 private:
  template <class G, class... B>
  Stored make(G&& f, B&&... arguments) {
    if constexpr (Stop::kPossible) {
      return Stored(std::in_place, std::forward<G>(f), stop_.source().get_token(), std::forward<B>(arguments)...);
    } else {
      return Stored(std::in_place, std::forward<G>(f), std::forward<B>(arguments)...);
    }
  }

  [[no_unique_address]] Stop stop_;
  Stored call_;
};

}  // namespace eddy::detail

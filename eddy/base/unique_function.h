// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "eddy/base/owned.h"

namespace eddy {

/// A move-only `std::function`: may hold what cannot be copied. Empty when default-made or moved from.
template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;
  UniqueFunction(decltype(nullptr)) noexcept {}

  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, UniqueFunction> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  UniqueFunction(F&& f) : target_(make_owned<Holder<std::decay_t<F>>>(std::forward<F>(f))) {
    static_assert(!std::is_void_v<R> || std::is_void_v<std::invoke_result_t<std::decay_t<F>&, Args...>>,
                  "eddy: what a callback returns goes nowhere; a coroutine runs in a task: [&] { create_task(f()); }");
  }

  explicit operator bool() const noexcept { return static_cast<bool>(target_); }
  R operator()(Args... args) { return target_->call(std::forward<Args>(args)...); }

 private:
  struct Target {
    virtual ~Target() = default;
    virtual R call(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Target {
    template <class G>
    explicit Holder(G&& g) : f(std::forward<G>(g)) {}
    R call(Args... args) override { return f(std::forward<Args>(args)...); }
    F f;
  };

  Owned<Target> target_;
};

}  // namespace eddy

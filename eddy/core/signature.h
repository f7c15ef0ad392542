// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"

namespace eddy::detail {

/// The parameter types of a callable, where it has exactly one signature: `std::tuple<P...>`, else `void` (overloaded
/// or generic). For member functions the object comes first.
template <class F>
struct ParametersOf {
  using type = void;
};

template <class R, class... P, bool kNoexcept>
struct ParametersOf<R (*)(P...) noexcept(kNoexcept)> {
  using type = std::tuple<P...>;
};

template <class F>
struct MemberSignature {
  using type = void;
};
template <class R, class C, class... P, bool kNoexcept>
struct MemberSignature<R (C::*)(P...) noexcept(kNoexcept)> {
  using type = std::tuple<P...>;
};
template <class R, class C, class... P, bool kNoexcept>
struct MemberSignature<R (C::*)(P...) const noexcept(kNoexcept)> {
  using type = std::tuple<P...>;
};
template <class R, class C, class... P, bool kNoexcept>
struct MemberSignature<R (C::*)(P...) & noexcept(kNoexcept)> {
  using type = std::tuple<P...>;
};
template <class R, class C, class... P, bool kNoexcept>
struct MemberSignature<R (C::*)(P...) const & noexcept(kNoexcept)> {
  using type = std::tuple<P...>;
};

template <class... P>
struct WithObject {
  using type = void;
};
template <class... P>
struct WithObject<std::tuple<P...>> {
  struct Object;  // the object argument is stored as it is given
  using type = std::tuple<Object, P...>;
};

template <class F>
  requires std::is_member_function_pointer_v<F>
struct ParametersOf<F> {
  using type = typename WithObject<typename MemberSignature<F>::type>::type;
};

template <class F>
  requires requires { &F::operator(); }
struct ParametersOf<F> {
  using type = typename MemberSignature<decltype(&F::operator())>::type;
};

/// What `std::ref` makes, recognised without `<functional>`.
template <class T>
concept ReferenceWrapper = requires(T& wrapper) {
  typename T::type;
  { wrapper.get() } -> std::same_as<typename T::type&>;
  requires std::is_convertible_v<T, typename T::type&>;
  requires !std::is_convertible_v<typename T::type*, T>;
};

/// How one argument is stored: as the parameter's own value type where the parameter is a reference to one that the
/// argument would have to be converted to, so that no temporary is left dangling; otherwise as what it is.
template <class P, class A>
struct StoredArgument {
  using Value = std::remove_cvref_t<P>;
  using Given = std::decay_t<A>;
  static constexpr bool kKeep = !std::is_reference_v<P> || ReferenceWrapper<Given> || std::is_base_of_v<Value, Given> ||
                                !std::is_constructible_v<Value, A>;
  static_assert(!(std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>) ||
                    ReferenceWrapper<Given>,
                "eddy: the function takes this argument by T&: pass std::ref(object), and keep the object alive while "
                "the task runs");
  using type = std::conditional_t<kKeep, Given, Value>;
};

template <class Parameters, class Arguments>
struct StoredArguments;

// Overloaded or generic: stored as given.
template <class... A>
struct StoredArguments<void, std::tuple<A...>> {
  using type = std::tuple<std::decay_t<A>...>;
};

template <class... P, class... A>
struct StoredArguments<std::tuple<P...>, std::tuple<A...>> {
  static_assert(sizeof...(P) == sizeof...(A), "eddy: the function takes another number of arguments than were given");
  template <class Q, class B>
  static auto pick() {
    if constexpr (std::is_class_v<Q> &&
                  !requires { sizeof(Q); }) {  // NOLINT(bugprone-sizeof-expression): is it complete?
      return std::type_identity<std::decay_t<B>>{};
    } else {
      return std::type_identity<typename StoredArgument<Q, B>::type>{};
    }
  }
  using type = std::tuple<typename decltype(pick<P, A>())::type...>;
};

template <class T>
decltype(auto) pass(T& stored) noexcept {
  if constexpr (ReferenceWrapper<T>) {
    return stored.get();
  } else {
    return static_cast<T&&>(stored);
  }
}

/// A callable with its arguments, kept for as long as whoever holds this lives: a coroutine may refer to all of them.
template <class F, class... A>
class StoredCall {
  using Tuple = typename StoredArguments<typename ParametersOf<F>::type, std::tuple<A...>>::type;

 public:
  template <class G, class... B>
  explicit StoredCall(std::in_place_t, G&& f, B&&... arguments)
      : f_(std::forward<G>(f)), arguments_(std::forward<B>(arguments)...) {}

  decltype(auto) operator()() {
    return std::apply([this](auto&... stored) -> decltype(auto) { return detail::invoke(f_, pass(stored)...); },
                      arguments_);
  }

 private:
  F f_;
  Tuple arguments_;
};

template <class F, class... A>
using stored_call_t = StoredCall<std::decay_t<F>, A...>;

template <class F, class... A>
using stored_call_result_t = decltype(std::declval<stored_call_t<F, A...>&>()());

}  // namespace eddy::detail

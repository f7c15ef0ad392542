// SPDX-License-Identifier: MIT
//
// A call of a function in another process, as a message: [where the stub is][where the function is][its arguments].
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/core/signature.h"
#include "eddy/threads/detail/code_address.h"
#include "eddy/threads/detail/codec.h"
#include "eddy/threads/detail/worker_main.h"

namespace eddy::detail {

/// What can be called there: something that needs nothing from here but its address, or not even that.
template <class F>
inline constexpr bool kIsFunction = std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>;
template <class F>
inline constexpr bool kIsStateless = std::is_empty_v<F> && std::is_default_constructible_v<F>;

template <class F>
constexpr void check_process_callable() {
  static_assert(kIsFunction<F> || kIsStateless<F>,
                "eddy: a worker process can call functions and lambdas without captures only: pass what it needs as "
                "arguments");
}

/// How an argument travels: by the parameter's own value type where there is one signature, else as what it is.
template <class P, class A>
struct ProcessArgument {
  static_assert(!(std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>),
                "eddy: a function in a worker process cannot change an argument here: let it return what it makes");
  using type = std::remove_cvref_t<P>;
};

template <class A>
using as_sent_t = std::conditional_t<std::is_convertible_v<A, std::string_view> && !std::is_class_v<std::decay_t<A>>,
                                     std::string, std::decay_t<A>>;

template <class Parameters, class... A>
struct ProcessArguments {
  using type = std::tuple<as_sent_t<A>...>;
};
template <class... P, class... A>
struct ProcessArguments<std::tuple<P...>, A...> {
  static_assert(sizeof...(P) == sizeof...(A), "eddy: the function takes another number of arguments than were given");
  using type = std::tuple<typename ProcessArgument<P, A>::type...>;
};
template <class F, class... A>
using process_arguments_t = typename ProcessArguments<typename ParametersOf<F>::type, A...>::type;

/// What a result becomes here: nothing refers to the other process.
template <class R>
struct ProcessResult {
  using type = std::remove_cvref_t<R>;
};
template <>
struct ProcessResult<std::string_view> {
  using type = std::string;
};
template <class F, class Arguments>
using process_result_t =
    typename ProcessResult<decltype(std::apply(std::declval<F&>(), std::declval<Arguments>()))>::type;

/// Whether it is a view, or a container, pair, optional … of views.
template <class T>
struct HoldsViews : std::bool_constant<travel::View<T>> {};
template <template <class...> class Holder, class... T>
  requires(!travel::View<Holder<T...>>)
struct HoldsViews<Holder<T...>> : std::disjunction<HoldsViews<T>...> {};
template <class T, std::size_t kSize>
struct HoldsViews<std::array<T, kSize>> : HoldsViews<T> {};

template <class R>
constexpr void check_process_result() {
  static_assert(!HoldsViews<R>::value,
                "eddy: a view into a worker process is of no use here: return a container, or a std::string");
}

/// The function, as the worker is told of it.
template <class F>
void encode_function(Encoder& out, F function) {
  if constexpr (kIsFunction<F>) out(locate(reinterpret_cast<const void*>(function)));
}
template <class F>
F decode_function(Decoder& in) {
  if constexpr (kIsFunction<F>) {
    CodeAddress where;
    in(where);
    return reinterpret_cast<F>(resolve(where));
  } else {
    return F();
  }
}

/// Runs in the worker.
template <class F, class Arguments>
void process_stub(Decoder& in, Encoder& out) {
  F function = decode_function<F>(in);
  Arguments arguments;
  std::apply([&in](auto&... argument) { in(argument...); }, arguments);
  if constexpr (std::is_void_v<process_result_t<F, Arguments>>) {
    std::apply(function, std::move(arguments));
  } else {
    out(std::apply(function, std::move(arguments)));
  }
}

/// Copies an argument only if the worker takes it as another type.
template <class P, class A>
void encode_argument(Encoder& out, A&& argument) {
  if constexpr (std::is_same_v<P, std::remove_cvref_t<A>>) {
    out(std::as_const(argument));
  } else {
    const P as_taken(std::forward<A>(argument));
    out(as_taken);
  }
}
template <class... P, class... A>
void encode_arguments(Encoder& out, std::type_identity<std::tuple<P...>>, A&&... arguments) {
  (encode_argument<P>(out, std::forward<A>(arguments)), ...);
}

template <class F, class... A>
std::string encode_call(F function, A&&... arguments) {
  using Arguments = process_arguments_t<F, A...>;
  Encoder out;
  out(locate(reinterpret_cast<const void*>(&process_stub<F, Arguments>)));
  encode_function(out, function);
  encode_arguments(out, std::type_identity<Arguments>(), std::forward<A>(arguments)...);
  return out.take();
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

namespace eddy::detail {

/// `std::invoke` without `<functional>`: functions, closures, and members of objects given by reference, (smart)
/// pointer or reference_wrapper.
template <class F, class... A>
constexpr decltype(auto) invoke(F&& f, A&&... arguments) {
  return std::forward<F>(f)(std::forward<A>(arguments)...);
}

template <class M, class C, class Object, class... A>
constexpr decltype(auto) invoke(M C::* member, Object&& object, A&&... arguments) {
  if constexpr (std::is_base_of_v<C, std::decay_t<Object>>) {
    if constexpr (std::is_function_v<M>) {
      return (std::forward<Object>(object).*member)(std::forward<A>(arguments)...);
    } else {
      return (std::forward<Object>(object).*member);
    }
  } else if constexpr (requires { requires std::is_base_of_v<C, std::decay_t<decltype(object.get())>>; }) {
    return invoke(member, object.get(), std::forward<A>(arguments)...);
  } else {
    return invoke(member, *std::forward<Object>(object), std::forward<A>(arguments)...);
  }
}

/// The address of an object, whatever its operator& says.
template <class T>
constexpr T* address_of(T& object) noexcept {
  return __builtin_addressof(object);
}

}  // namespace eddy::detail

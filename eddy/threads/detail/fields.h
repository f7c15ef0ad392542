// SPDX-License-Identifier: MIT
//
// The members of a plain struct, found without its help: so that one can travel to another process as it is.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace eddy::detail {

/// Stands for a value of any type, where only types are asked about.
struct AnyField {
  template <class T>
  operator T() const;  // never defined
};

template <class T, std::size_t... I>
constexpr bool takes_fields(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyField{})...}; };
}

inline constexpr std::size_t kFieldsMax = 16;

/// How many members a struct without constructors, bases and arrays of its own has.
template <class T, std::size_t kTry = kFieldsMax>
constexpr std::size_t count_fields() {
  if constexpr (takes_fields<T>(std::make_index_sequence<kTry>())) {
    return kTry;
  } else if constexpr (kTry > 0) {
    return count_fields<T, kTry - 1>();
  } else {
    return 0;
  }
}

template <class T>
concept PlainStruct =
    std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_empty_v<T> && !requires { typename T::value_type; };

/// Calls `visit(member, ...)` with references to all of them.
template <class T, class F>
constexpr void with_fields(T& object, F&& visit) {
  constexpr std::size_t kFields = count_fields<std::remove_const_t<T>>();
  static_assert(kFields > 0, "eddy: a struct with more than 16 members needs a serialize member, see codec.h");
  if constexpr (kFields == 0) {
  } else if constexpr (kFields == 16) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  } else if constexpr (kFields == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else if constexpr (kFields == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (kFields == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (kFields == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (kFields == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = object;
    visit(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (kFields == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = object;
    visit(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (kFields == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = object;
    visit(a, b, c, d, e, f, g, h, i);
  } else if constexpr (kFields == 8) {
    auto& [a, b, c, d, e, f, g, h] = object;
    visit(a, b, c, d, e, f, g, h);
  } else if constexpr (kFields == 7) {
    auto& [a, b, c, d, e, f, g] = object;
    visit(a, b, c, d, e, f, g);
  } else if constexpr (kFields == 6) {
    auto& [a, b, c, d, e, f] = object;
    visit(a, b, c, d, e, f);
  } else if constexpr (kFields == 5) {
    auto& [a, b, c, d, e] = object;
    visit(a, b, c, d, e);
  } else if constexpr (kFields == 4) {
    auto& [a, b, c, d] = object;
    visit(a, b, c, d);
  } else if constexpr (kFields == 3) {
    auto& [a, b, c] = object;
    visit(a, b, c);
  } else if constexpr (kFields == 2) {
    auto& [a, b] = object;
    visit(a, b);
  } else if constexpr (kFields == 1) {
    auto& [a] = object;
    visit(a);
  }
}

}  // namespace eddy::detail

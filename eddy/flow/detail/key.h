// SPDX-License-Identifier: MIT
//
// Hashing and comparing the keys of tables: texts by any kind of text, tuples by their elements, everything else as
// the standard library does.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace eddy::detail {

template <class Key>
inline constexpr bool kIsText = std::is_convertible_v<const Key&, std::string_view>;

/// Texts that are somebody else's: no keys.
template <class Key>
inline constexpr bool kIsTextView = std::is_same_v<Key, std::string_view> || std::is_convertible_v<Key, const char*>;

template <class Key>
struct KeyHash : std::hash<Key> {};

template <class Key>
  requires kIsText<Key>
struct KeyHash<Key> {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

template <class... T>
struct KeyHash<std::tuple<T...>> {
  std::size_t operator()(const std::tuple<T...>& key) const {
    return std::apply(
        [](const T&... element) {
          std::size_t hash = 0x9e3779b97f4a7c15ULL;
          ((hash = (hash ^ KeyHash<T>()(element)) * 0x94d049bb133111ebULL, hash ^= hash >> 32U), ...);
          return hash;
        },
        key);
  }
};

template <class Key>
struct KeyEqual : std::equal_to<Key> {};

template <class Key>
  requires kIsText<Key>
struct KeyEqual<Key> {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const noexcept { return a == b; }
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
//
// How arguments and results travel between processes of one and the same binary: values as they lie in memory, sizes in
// front of what varies. No format, no versions, no byte order, since both ends were compiled together.
//
// What travels: numbers, enums, strings, containers, pair, tuple, optional, variant, unique_ptr, std::chrono, plain
// structs of these, and any class with `template <class Archive> void serialize(Archive& ar) { ar(a_, b_); }`, which is
// cereal's convention. Views (`std::string_view`, `std::span<const T>`) as parameters look straight into the message.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "eddy/base/error.h"
#include "eddy/threads/detail/fields.h"

namespace eddy::detail {

/// What kinds of types there are, by what they can do.
namespace travel {

template <class T>
inline constexpr bool kScalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// A run of these is copied at once. Not of bool: a byte that is neither 0 nor 1 must not become one.
template <class T>
inline constexpr bool kFlat = kScalar<T> && !std::is_same_v<T, bool>;

template <class T, class Archive>
concept MemberSerialize = requires(T& object, Archive& archive) { object.serialize(archive); };
template <class T, class Archive>
concept FreeSerialize = requires(T& object, Archive& archive) { serialize(archive, object); };

template <class T>
concept View = std::same_as<T, std::string_view> || requires {
  typename T::element_type;
  requires std::same_as<T, std::span<typename T::element_type>>;
};

template <class T>
concept OptionalLike = requires(T& object) {
  object.has_value();
  object.emplace();
  object.reset();
};

template <class T>
concept OwningPointer = requires(T& object) {
  typename T::deleter_type;
  { object.get() } -> std::same_as<typename T::element_type*>;
};

template <class T>
concept TupleLike = requires { std::tuple_size<T>::value; };

template <class T>
concept Container = requires(T& object) {
  typename T::value_type;
  { object.size() } -> std::convertible_to<std::size_t>;
  object.begin();
  object.end();
};

/// std::array: a container of as many elements as its type says.
template <class T>
concept Array = TupleLike<T> && Container<T>;

template <class T>
concept Contiguous = Container<T> && requires(T& object) {
  { object.data() } -> std::convertible_to<const typename T::value_type*>;
  object.resize(std::size_t{});
};

template <class T>
concept DurationLike = requires(const T& object) {
  typename T::period;
  { object.count() } -> std::same_as<typename T::rep>;
};

template <class T>
concept TimePointLike = requires(const T& object) {
  typename T::clock;
  { object.time_since_epoch() } -> std::same_as<typename T::duration>;
};

template <class T>
concept PathLike = requires(const T& object) {
  { object.native() } -> std::convertible_to<std::string>;
};

template <class T>
concept VariantLike = requires { std::variant_size<T>::value; };

template <class T>
inline constexpr bool kCannotTravel = false;

}  // namespace travel

/// Writes values into a growing run of bytes.
class Encoder {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

  std::string take() noexcept { return std::move(bytes_); }

 private:
  void raw(const void* from, std::size_t bytes) { bytes_.append(static_cast<const char*>(from), bytes); }
  void align(std::size_t to) { bytes_.resize((bytes_.size() + to - 1) / to * to); }

  template <class T>
  void run(const T* from, std::size_t count) {
    put(static_cast<std::uint64_t>(count));
    align(alignof(T));
    raw(from, count * sizeof(T));
  }

  template <class T>
  void put(const T& value) {
    if constexpr (travel::kScalar<T>) {
      raw(&value, sizeof value);
    } else if constexpr (travel::MemberSerialize<T, Encoder>) {
      const_cast<T&>(value).serialize(*this);
    } else if constexpr (travel::FreeSerialize<T, Encoder>) {
      serialize(*this, const_cast<T&>(value));
    } else if constexpr (std::is_empty_v<T>) {
    } else if constexpr (travel::View<T>) {
      static_assert(travel::kScalar<std::remove_cv_t<typename T::value_type>>,
                    "eddy: a span travels to a worker process only if its elements are numbers: pass a container");
      run(value.data(), value.size());
    } else if constexpr (travel::DurationLike<T>) {
      put(value.count());
    } else if constexpr (travel::TimePointLike<T>) {
      put(value.time_since_epoch());
    } else if constexpr (travel::PathLike<T>) {
      put(value.native());
    } else if constexpr (travel::VariantLike<T>) {
      put(static_cast<std::uint32_t>(value.index()));
      std::visit([this](const auto& held) { (*this)(held); }, value);
    } else if constexpr (travel::OptionalLike<T>) {
      put(value.has_value());
      if (value.has_value()) put(*value);
    } else if constexpr (travel::OwningPointer<T>) {
      put(value.get() != nullptr);
      if (value) put(*value);
    } else if constexpr (travel::Array<T>) {
      for (const auto& element : value) put(element);
    } else if constexpr (travel::TupleLike<T>) {
      std::apply([this](const auto&... element) { (*this)(element...); }, value);
    } else if constexpr (travel::Contiguous<T>) {
      put_contiguous(value);
    } else if constexpr (travel::Container<T>) {
      put(static_cast<std::uint64_t>(value.size()));
      for (const auto& element : value) put(static_cast<const typename T::value_type&>(element));
    } else if constexpr (PlainStruct<T>) {
      with_fields(value, [this](const auto&... field) { (*this)(field...); });
    } else {
      static_assert(travel::kCannotTravel<T>,
                    "eddy: this type cannot travel to a worker process: pass values, or give it a member "
                    "`template <class Archive> void serialize(Archive& ar) { ar(a_, b_); }`");
    }
  }

  template <class T>
  void put_contiguous(const T& value) {
    if constexpr (travel::kFlat<typename T::value_type>) {
      run(value.data(), value.size());
    } else {
      put(static_cast<std::uint64_t>(value.size()));
      for (const auto& element : value) put(element);
    }
  }

  std::string bytes_;
};

/// Reads them back, in the same order. Views into the bytes are valid as long as these are. Throws RuntimeError when
/// there are fewer than were asked for.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) noexcept : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

 private:
  const char* need(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) throw RuntimeError("a message between processes is cut short");
    return std::exchange(at_, at_ + bytes);
  }
  void align(std::size_t to) {
    std::size_t past = static_cast<std::size_t>(at_ - begin_) % to;
    if (past != 0) need(to - past);
  }
  std::size_t size() {
    std::uint64_t count = 0;
    get(count);
    return static_cast<std::size_t>(count);
  }
  template <class T>
  const T* run(std::size_t count) {
    align(alignof(T));
    if (count > static_cast<std::size_t>(end_ - at_) / sizeof(T)) need(SIZE_MAX);
    return reinterpret_cast<const T*>(need(count * sizeof(T)));
  }

  template <class T>
  void get(T& value) {
    if constexpr (travel::kScalar<T>) {
      std::memcpy(&value, need(sizeof value), sizeof value);
    } else if constexpr (travel::MemberSerialize<T, Decoder>) {
      value.serialize(*this);
    } else if constexpr (travel::FreeSerialize<T, Decoder>) {
      serialize(*this, value);
    } else if constexpr (std::is_empty_v<T>) {
    } else if constexpr (travel::View<T>) {
      std::size_t count = size();
      value = T(run<std::remove_cv_t<typename T::value_type>>(count), count);
    } else if constexpr (travel::DurationLike<T>) {
      typename T::rep count{};
      get(count);
      value = T(count);
    } else if constexpr (travel::TimePointLike<T>) {
      typename T::duration since{};
      get(since);
      value = T(since);
    } else if constexpr (travel::PathLike<T>) {
      std::string native;
      get(native);
      value = T(std::move(native));
    } else if constexpr (travel::VariantLike<T>) {
      std::uint32_t index = 0;
      get(index);
      get_alternative(value, index, std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (travel::OptionalLike<T>) {
      bool there = false;
      get(there);
      value.reset();
      if (there) get(value.emplace());
    } else if constexpr (travel::OwningPointer<T>) {
      bool there = false;
      get(there);
      value.reset(there ? new typename T::element_type() : nullptr);
      if (there) get(*value);
    } else if constexpr (travel::Array<T>) {
      for (auto& element : value) get(element);
    } else if constexpr (travel::TupleLike<T>) {
      std::apply([this](auto&... element) { (*this)(element...); }, value);
    } else if constexpr (travel::Contiguous<T>) {
      get_contiguous(value);
    } else if constexpr (travel::Container<T>) {
      get_elements(value);
    } else {
      with_fields(value, [this](auto&... field) { (*this)(field...); });
    }
  }

  template <class T, std::size_t... I>
  void get_alternative(T& value, std::uint32_t index, std::index_sequence<I...>) {
    auto one = [&]<std::size_t kIndex>(std::integral_constant<std::size_t, kIndex>) {
      if (kIndex == index) get(value.template emplace<kIndex>());
    };
    (one(std::integral_constant<std::size_t, I>()), ...);
  }

  template <class T>
  void get_contiguous(T& value) {
    using Element = typename T::value_type;
    std::size_t count = size();
    if constexpr (travel::kFlat<Element>) {
      const Element* from = run<Element>(count);
      value.assign(from, from + count);
    } else {
      value.clear();
      for (std::size_t i = 0; i < count; ++i) {
        Element element{};
        get(element);
        value.push_back(std::move(element));
      }
    }
  }

  template <class First, class Second>
  static std::pair<std::remove_const_t<First>, Second> without_const(const std::pair<First, Second>*);
  template <class T>
  static T without_const(const T*);

  template <class T>
  void get_elements(T& value) {
    using Element = decltype(without_const(static_cast<typename T::value_type*>(nullptr)));
    value.clear();
    for (std::size_t left = size(); left > 0; --left) {
      Element element{};
      get(element);
      value.insert(value.end(), std::move(element));
    }
  }

  const char* begin_;
  const char* at_;
  const char* end_;
};

}  // namespace eddy::detail

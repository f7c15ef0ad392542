// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/running.h"

namespace eddy {
namespace detail {

/// What `next()` may give: an optional, or a pointer for references.
template <class O>
concept OptionalLike = requires(O item) {
  static_cast<bool>(item);
  *std::move(item);
};

template <class S>
using next_result_t = await_result_t<decltype(std::declval<S&>().next())>;

/// The items of something with `next()`: values, or lvalue references where it hands out pointers.
template <class O>
using item_of_t = std::conditional_t<std::is_lvalue_reference_v<decltype(*std::declval<O>())>,
                                     decltype(*std::declval<O>()), std::remove_cvref_t<decltype(*std::declval<O>())>>;

template <class R>
concept Range = std::is_array_v<R> || requires(R& range) {
  range.begin() != range.end();
  *range.begin();
};

template <class R>
auto range_begin(R& range) {
  if constexpr (std::is_array_v<R>) {
    return range + 0;
  } else {
    return range.begin();
  }
}
template <class R>
auto range_end(R& range) {
  if constexpr (std::is_array_v<R>) {
    return range + std::extent_v<R>;
  } else {
    return range.end();
  }
}

/// True for containers, false for views of something else: a const container has const elements.
template <class R>
inline constexpr bool kOwnsElements = false;
template <class R>
  requires requires(const R& range) { *range.begin(); }
inline constexpr bool kOwnsElements<R> =
    std::is_const_v<std::remove_reference_t<decltype(*std::declval<const R&>().begin())>>;

}  // namespace detail

namespace iter {

/// Values over time: `co_await source.next()` gives an optional, empty at the end. An AsyncGenerator, a Queue,
/// `as_completed(…)`, the lines of a file.
template <class S>
concept AsyncIterable = requires(std::remove_cvref_t<S>& source) {
  { source.next() } -> Awaitable;
  requires detail::OptionalLike<detail::next_result_t<std::remove_cvref_t<S>>>;
};

/// What a pipeline may start with: anything with `next()`, a range, or an array.
template <class S>
concept Source = AsyncIterable<S> || detail::Range<std::remove_reference_t<S>>;

}  // namespace iter

namespace detail {

/// A source that the pipeline does not own, because it was given as an lvalue.
template <iter::AsyncIterable S>
class SourceRef {
 public:
  using Item = item_of_t<next_result_t<S>>;
  explicit SourceRef(S& source) noexcept : source_(&source) {}
  auto next() { return source_->next(); }

 private:
  S* source_;
};

/// A source that the pipeline owns.
template <iter::AsyncIterable S>
class OwnedSource {
 public:
  using Item = item_of_t<next_result_t<S>>;
  explicit OwnedSource(S&& source) : source_(std::move(source)) {}
  auto next() { return source_.next(); }

 private:
  S source_;
};

/// The next element of a range: ready at once, as long as the budget lasts.
template <class R>
class [[nodiscard("co_await it")]] RangeNext final : public Op, public AwaitLeaf<RangeNext<R>> {
 public:
  explicit RangeNext(R& range) noexcept : range_(&range) {}
  RangeNext(RangeNext&&) = default;

  bool ready() const noexcept { return running.spend(); }
  Step start(Strand& strand, Cont cont) noexcept {
    if (begin(strand, cont)) grant();
    return Step::none();
  }
  void cancel() noexcept override { stop(); }
  auto take() { return range_->pull(); }

 private:
  R* range_;
};

/// A range as a source: `R` is a reference for an lvalue range, which is used in place, else the range is owned.
///
/// The elements of an owned container are moved out. Those of an lvalue, and of a view of something else, are handed
/// out as references; what a view makes is handed out as values.
template <class R>
class RangeSource {
  using Elements = std::remove_reference_t<R>;
  using Iterator = decltype(range_begin(std::declval<Elements&>()));
  using Reference = decltype(*std::declval<Iterator&>());
  static constexpr bool kMutable =
      std::is_lvalue_reference_v<Reference> && !std::is_const_v<std::remove_reference_t<Reference>>;
  static constexpr bool kMoves = kMutable && !std::is_reference_v<R> && kOwnsElements<Elements>;
  static constexpr bool kRefers = std::is_lvalue_reference_v<Reference> && !kMoves;

  // What stands for an element, as in vector<bool>, is not what a user wants to keep.
  template <class E>
  struct Value {
    using type = std::remove_cvref_t<Reference>;
  };
  template <class E>
    requires requires { typename E::value_type; }
  struct Value<E> {
    using type = typename E::value_type;
  };

 public:
  using Item = std::conditional_t<kRefers, Reference, typename Value<Elements>::type>;

  explicit RangeSource(R&& range) : range_(std::forward<R>(range)) {}
  RangeSource(RangeSource&&) = default;  // only before the first pull: iterators do not move with their range

  RangeNext<RangeSource> next() noexcept { return RangeNext<RangeSource>(*this); }

  /// How many items there are in all, where the range knows.
  std::size_t size() const
    requires requires(const Elements& elements) { elements.size(); }
  {
    return static_cast<std::size_t>(range_.size());
  }

  auto pull() {
    using Result = std::conditional_t<kRefers, std::remove_reference_t<Reference>*, std::optional<Item>>;
    if (!at_) {
      at_.emplace(range_begin(range_));
    } else if (*at_ != range_end(range_)) {
      ++*at_;
    }
    if (!(*at_ != range_end(range_))) return Result();
    if constexpr (kRefers) {
      return Result(address_of(**at_));
    } else if constexpr (kMoves) {
      return Result(std::move(**at_));
    } else {
      return Result(**at_);
    }
  }

 private:
  R range_;
  std::optional<Iterator> at_;  ///< at the element handed out last
};

/// How a pipeline holds what it starts with.
template <iter::Source S>
auto as_source(S&& source) {
  if constexpr (iter::AsyncIterable<S>) {
    if constexpr (std::is_lvalue_reference_v<S>) {
      return SourceRef<std::remove_reference_t<S>>(source);
    } else {
      return OwnedSource<std::remove_cvref_t<S>>(std::forward<S>(source));
    }
  } else {
    return RangeSource<S>(std::forward<S>(source));
  }
}

template <class S>
using source_t = decltype(as_source(std::declval<S>()));

/// What a source's items are kept as.
template <class S>
using kept_item_t = std::remove_cvref_t<typename S::Item>;

/// An item on its way from one stage to the next: values are moved, references passed on.
template <class Item, class O>
Item&& pass_item(O& item) noexcept {
  return static_cast<Item&&>(*item);
}

}  // namespace detail
}  // namespace eddy

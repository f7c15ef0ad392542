// SPDX-License-Identifier: MIT
//
// How `with` and ExitStack enter and leave a resource, whatever it is:
//   something awaitable     awaited for the object
//   an object               as it is; an lvalue in place, an rvalue kept
//   … with aenter()         awaited then; the body receives what it gives, if that is something
//   … with aexit(reason)    awaited at the end
//   … with aclose()         awaited at the end, after aexit
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "eddy/combine/detail/replaced_error.h"
#include "eddy/combine/exit_reason.h"
#include "eddy/core/body.h"
#include "eddy/core/outcome.h"
#include "eddy/core/task.h"

namespace eddy {

template <class T>
class ContextManager;

namespace detail {

template <class R>
concept HasAenter = requires(std::remove_reference_t<R>& object) { object.aenter(); };
template <class R>
concept HasAexit = requires(std::remove_reference_t<R>& object, ExitReason why) { object.aexit(why); };
template <class R>
concept HasAclose = requires(std::remove_reference_t<R>& object) { object.aclose(); };

/// True for resources that are objects themselves rather than something to be awaited for one.
template <class R>
inline constexpr bool kIsObject = HasAenter<R> || !Awaitable<R>;

/// The object behind a resource: a value type, or a reference when it is used in place.
template <class R>
struct ObjectOf {
  using type = R;
};
template <class R>
  requires(!kIsObject<R>)
struct ObjectOf<R> {
  using type = await_result_t<R>;
  static_assert(!std::is_void_v<type>, "eddy: this awaitable gives no object to work with");
};
template <class R>
using object_of_t = typename ObjectOf<R>::type;

/// What awaiting an object's `aenter()` gives; void if it has none.
template <class Object>
struct EnteredBy {
  using type = void;
};
template <HasAenter Object>
struct EnteredBy<Object> {
  using type = await_result_t<decltype(std::declval<std::remove_reference_t<Object>&>().aenter())>;
};
template <class Object>
using entered_by_t = typename EnteredBy<Object>::type;

template <class M>
inline constexpr bool kGivesNothing = false;
template <>
inline constexpr bool kGivesNothing<ContextManager<void>> = true;

/// What the body receives for an object: `void` for nothing, else a reference.
template <class Object>
using given_by_t =
    std::conditional_t<kGivesNothing<std::remove_cvref_t<Object>>, void,
                       std::conditional_t<std::is_void_v<entered_by_t<Object>>, std::remove_reference_t<Object>&,
                                          std::add_lvalue_reference_t<std::remove_reference_t<entered_by_t<Object>>>>>;

// GCC 12 warns about this frame when the object's type is in an anonymous namespace, although the function then has
// internal linkage as well.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif
/// `aexit`, then `aclose`, as far as there are any; the second also if the first throws.
template <class Object>
Task<> leave_object(Object& object, ExitReason why) {
  std::exception_ptr failed;
  if constexpr (HasAexit<Object>) {
    try {
      if constexpr (Awaitable<decltype(object.aexit(why))>) {
        co_await object.aexit(std::move(why));
      } else {
        object.aexit(std::move(why));
      }
    } catch (...) {
      failed = std::current_exception();
    }
  }
  if constexpr (HasAclose<Object>) {
    try {
      if constexpr (Awaitable<decltype(object.aclose())>) {
        co_await object.aclose();
      } else {
        object.aclose();
      }
    } catch (...) {
      if (failed) report_replaced_error(std::move(failed));
      failed = std::current_exception();
    }
  }
  if (failed) std::rethrow_exception(failed);
  co_return;
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <class T>
ExitReason reason_of(const Outcome<T>& ended) noexcept {
  if (ended.cancelled()) return ExitReason::was_cancelled();
  return ExitReason(ended.error());
}

/// `co_await CarryOn()`: lets a cancellation that was looked at go on. Only where the scope is cancelled.
class [[nodiscard("co_await it")]] CarryOn final : public Op, public AwaitLeaf<CarryOn> {
 public:
  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  [[noreturn]] void take() const;
  void cancel() noexcept override { stop(); }
};

}  // namespace detail
}  // namespace eddy

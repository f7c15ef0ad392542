// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/core/signature.h"
#include "eddy/flow/detail/shared_function.h"

namespace eddy::detail {

/// The error as an `E`, or null when it is something else. Lives as long as the error.
template <class E>
const E* error_cast(const std::exception_ptr& error) noexcept {
  if (!error) return nullptr;
  try {
    std::rethrow_exception(error);
  } catch (const E& e) {
    return &e;
  } catch (...) {
    return nullptr;
  }
}

/// What a callback wants to see: the type of its only parameter; void if it does not say (overloaded, generic).
template <class Parameters>
struct OnlyParameter {
  using type = void;
};
template <class P>
struct OnlyParameter<std::tuple<P>> {
  using type = std::remove_cvref_t<P>;
};
template <class F>
using asks_for_t = typename OnlyParameter<typename ParametersOf<std::decay_t<F>>::type>::type;

/// You were cancelled, or what you waited for was: nothing to try again, nobody's failure.
bool is_cancellation(const std::exception_ptr& error) noexcept;

/// Which errors count: those of some types, those a predicate picks; unless told, those that may pass by themselves.
///
/// These are all std::exceptions but those that would come again: std::logic_error and RuntimeError, which are mistakes
/// in the program, CircuitOpenError, and RetryError, since somebody has given up then. A cancellation never counts.
class ErrorFilter {
 public:
  bool matches(const std::exception_ptr& error) const;

  template <class... E>
  void add_types() {
    add([](const std::exception_ptr& error) { return (error_cast<E>(error) || ...); });
  }
  template <class F>
  void add_predicate(F&& predicate) {
    using E = asks_for_t<F>;
    static_assert(!std::is_void_v<E>,
                  "eddy: a predicate about errors takes one: [](const IOError& e) { return …; }, or a "
                  "std::exception_ptr, whatever it is");
    if constexpr (std::is_same_v<E, std::exception_ptr>) {
      add(std::forward<F>(predicate));
    } else {
      add([predicate = std::forward<F>(predicate)](const std::exception_ptr& error) mutable {
        const E* e = error_cast<E>(error);
        return e && predicate(*e);
      });
    }
  }

 private:
  using Test = SharedFunction<bool(const std::exception_ptr&)>;

  template <class F>
  void add(F&& test) {
    if (!test_) {
      test_ = Test(std::forward<F>(test));
    } else {
      test_ = Test([before = test_, test = std::forward<F>(test)](const std::exception_ptr& error) mutable {
        return before(error) || test(error);
      });
    }
  }

  Test test_;
};

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "eddy/base/unique_function.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/task_handle.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/counted.h"

namespace eddy {
namespace detail {

class DebounceState;

// GCC 12 warns about this frame when the function's type is of an anonymous namespace, although this then has internal
// linkage as well.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif
template <class F>
Task<> call_and_forget(F& f) {
  if constexpr (Awaitable<std::invoke_result_t<F&>>) {
    co_await f();
  } else {
    f();
    co_return;
  }
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace detail

/// Many calls, one effect: runs a function once nobody has called for a while. lodash's debounce.
///
///     eddy::Debounced save(500ms, [&] { return write(settings); });
///     save(); save(); save();   // written once, half a second after the last
///
/// Calling it never waits. The function, plain or a coroutine, runs as a task of the loop and never beside itself: a
/// call that comes while it runs counts as a new one. What it throws goes to the loop's exception handler.
///
/// Ownership: movable; keeps the function. Destroyed, it forgets a call that is due and cancels one that runs, which
/// may then still unwind: `co_await aclose()`, or `with`, waits for that. Belongs to one loop.
class Debounced {
 public:
  template <class Rep, class Period, class F>
  Debounced(std::chrono::duration<Rep, Period> quiet, F&& f)
      : Debounced(Duration(detail::to_nanos(quiet)), function_of(std::forward<F>(f)), 0) {}
  Debounced(detail::NoUnit auto, auto&&) = delete;  // eddy: a number has no unit: write {300ms, f}
  Debounced(Debounced&& other) noexcept;
  Debounced& operator=(Debounced&& other) noexcept;
  ~Debounced();

  /// Lets the function run after so much quiet, counted from here.
  void operator()();
  /// Lets a call that is due run now, and waits until what was called for up to now has been done. RuntimeError from
  /// inside the function, which would wait for itself.
  Task<> flush();
  /// Forgets a call that is due. One that runs goes on.
  void cancel() noexcept;
  /// Cancels also what runs, and waits for its end.
  Task<> aclose();
  /// Whether a call is due.
  bool pending() const noexcept;

 private:
  using Function = UniqueFunction<Task<>()>;

  Debounced(Duration quiet, Function f, int);

  template <class F>
  static Function function_of(F&& f) {
    detail::check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&>,
                  "eddy: Debounced(quiet, f) calls f without arguments: Debounced(1s, [&] { return save(); })");
    return [f = std::decay_t<F>(std::forward<F>(f))]() mutable { return detail::call_and_forget(f); };
  }

  detail::Counted<detail::DebounceState> state_;
  TaskHandle<> worker_;
};

}  // namespace eddy

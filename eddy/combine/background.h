// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/body.h"

namespace eddy {
namespace detail {

/// The resource that `background` makes. `Start` gives the operation to run.
template <class Start>
class [[nodiscard("give it to with()")]] Background {
 public:
  template <class... A>
  explicit Background(std::in_place_t, A&&... a) : start_(std::forward<A>(a)...) {}

  auto start() {
    auto operation = to_operation(start_());
    if constexpr (requires { operation.own(); }) operation.own();
    return operation;
  }

 private:
  Start start_;
};

/// An awaitable as it is.
template <class A>
class StartAwaitable {
 public:
  explicit StartAwaitable(A&& awaitable) : operation_(to_operation(std::forward<A>(awaitable))) {}
  operation_t<A>&& operator()() noexcept { return std::move(operation_); }

 private:
  operation_t<A> operation_;
};

template <class R>
inline constexpr bool kIsBackground = false;
template <class Start>
inline constexpr bool kIsBackground<Background<Start>> = true;

/// The child: its error ends the body.
template <class Start>
Task<> run_beside(Background<Start>& background, TaskGroup& group, std::exception_ptr& failed) {
  auto ended = co_await outcome(background.start());
  failed = ended.error();
  if (failed) group.cancel();
}

struct BackgroundFn {
  template <class F, class... Args>
  auto operator()(F&& f, Args&&... args) const {
    if constexpr (sizeof...(Args) == 0 && Awaitable<F>) {
      using Start = StartAwaitable<F>;
      return Background<Start>(std::in_place, std::forward<F>(f));
    } else {
      check_closure<F>();
      using Start = stored_call_t<F, Args...>;
      static_assert(
          Awaitable<stored_call_result_t<F, Args...>>,
          "eddy: background(f, args...) needs an f that returns an awaitable; a plain function goes to to_thread");
      return Background<Start>(std::in_place, std::in_place, std::forward<F>(f), std::forward<Args>(args)...);
    }
  }
};

}  // namespace detail

/// For `with`: `co_await with(background(monitor.run()), [&]() -> Task<> { … })` runs it beside the body, which
/// receives nothing for it; when the body has ended it is cancelled and waited for.
///
/// Should it fail meanwhile, the body is cancelled and its error comes out of `with`; should it end, nothing happens.
/// Also `background(f, args...)`, which keeps `f` and the arguments. For several tasks that belong together see
/// `task_group`.
inline constexpr detail::BackgroundFn background{};

}  // namespace eddy

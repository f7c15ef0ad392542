// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "eddy/combine/outcome.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/flow/detail/repeated_call.h"
#include "eddy/flow/detail/retry_run.h"
#include "eddy/flow/retry_error.h"
#include "eddy/flow/retry_policy.h"
#include "eddy/flow/retry_state.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace detail {

/// Each attempt is awaited as an outcome, inside a timeout that ends at the policy's deadline.
template <class T, class Work>
Task<T> retry_loop(Retry policy, Work work) {
  RetryRun run(policy);
  for (;;) {
    auto body = [&run, &work](Timeout& limit) -> decltype(auto) {
      run.begin(limit.id());
      return work();
    };
    auto attempt = co_await outcome(timeout_at(run.deadline(), body));
    if (attempt.cancelled()) co_await checkpoint();  // goes no further
    if (run.settled(attempt)) co_return std::move(attempt).value();
    co_await sleep(run.delay());
  }
}

template <class T>
inline constexpr bool kIsRetry = std::is_same_v<std::remove_cvref_t<T>, Retry>;

struct RetryFn {
  template <class F>
    requires(!kIsRetry<F>)
  auto operator()(F&& f) const {
    return (*this)(Retry(), std::forward<F>(f));
  }
  template <class F>
    requires(!kIsRetry<F>)
  auto operator()(F&& f, Retry policy) const {
    return (*this)(std::move(policy), std::forward<F>(f));
  }
  template <class F, class... A>
  auto operator()(Retry policy, F&& f, A&&... args) const {
    check_closure<F>();
    using Work = repeated_call_t<F, A...>;
    return retry_loop<call_result_t<Work>>(std::move(policy),
                                           Work(std::in_place, std::forward<F>(f), std::forward<A>(args)...));
  }
};

}  // namespace detail

/// `co_await retry([&] { return fetch(url); }, Retry{}.attempts(5))`: calls and awaits it until it succeeds, or the
/// policy gives up; its result. Also `retry(f)`, with the policy that `Retry{}` is, and `retry(policy, f, args...)`,
/// which keeps the arguments as `create_task` does and lends them to each attempt. tenacity's `@retry`.
///
/// `f` may be any callable and return anything; an awaitable is awaited. It lives as long as the retry. Errors that the
/// policy does not retry are thrown as they are. When it gives up it throws RetryError, with the errors of all
/// attempts. It gives up early when a timeout around it would not let the next attempt begin. Never retries a
/// cancellation, its own or that of a task it awaited.
inline constexpr detail::RetryFn retry{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "eddy/core/body.h"
#include "eddy/threads/detail/pool_op.h"
#include "eddy/threads/detail/thread_call.h"

namespace eddy::detail {

/// What `pool.run` and `to_thread` return: runs one function in a thread. Lives in the frame of whoever awaits it.
template <class Call>
class [[nodiscard("co_await it: the function runs when it is awaited")]] PoolRun final
    : public PoolOp,
      public AwaitLeaf<PoolRun<Call>> {
 public:
  using Result = typename Call::Result;

  template <class... A>
  PoolRun(PoolRef pool, std::in_place_t in_place, A&&... call)
      : PoolOp(std::move(pool)), call_(in_place, std::forward<A>(call)...) {}
  PoolRun(PoolRun&& other) noexcept(std::is_nothrow_move_constructible_v<Call>)
      : PoolOp(static_cast<PoolOp&&>(other)), call_(std::move(other.call_)) {}

  Result take() {
    check();
    return value_.take();
  }

 private:
  void call() override { value_.keep(call_); }
  const std::stop_source* stop_source() const noexcept override { return call_.stop_source(); }

  Call call_;
  ThreadResult<Result> value_;
};

template <class F, class... Args>
auto pool_run(PoolRef pool, F&& f, Args&&... args) {
  check_closure<F>();
  constexpr bool kWasCalledAlready = sizeof...(Args) == 0 && !std::is_invocable_v<std::decay_t<F>&> && !kWantsToken<F>;
  if constexpr (kWasCalledAlready) {
    static_assert(
        !kWasCalledAlready,
        "eddy: threads take a function and its arguments, to_thread(f, x); to_thread(f(x)) would call it here");
  } else {
    return PoolRun<ThreadCall<F, Args...>>(std::move(pool), std::in_place, std::forward<F>(f),
                                           std::forward<Args>(args)...);
  }
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/threads/abandon_on_cancel.h"
#include "eddy/threads/detail/pool_run.h"

namespace eddy {
namespace detail {

struct ToThread {
  template <class F, class... Args>
  auto operator()(F&& f, Args&&... args) const {
    return pool_run(PoolRef(), std::forward<F>(f), std::forward<Args>(args)...);
  }
};

}  // namespace detail

/// Runs a plain function in a thread, for calls that would block the loop: `auto text = co_await to_thread(read_file,
/// path)`. asyncio's to_thread.
///
/// Everything else is as with `ThreadPool::run`: stored arguments, context variables, `std::stop_token`,
/// `abandon_on_cancel`. The threads belong to the loop: as many as it takes, up to 4 more than there are cores (32 at
/// most), ended when it closes. A function that computes for long keeps others waiting: give it a ThreadPool.
inline constexpr detail::ToThread to_thread{};

}  // namespace eddy

// SPDX-License-Identifier: MIT
//
// What Asio's core scenarios share: a coroutine on a context of one thread, and its result.
#pragma once

#include <asio.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace eddy::bench {

/// Errors that no caller gets end the program.
inline void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

/// Ends early, and without an exception, when it is cancelled: whoever calls it goes on.
inline asio::awaitable<void> nap(std::chrono::nanoseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::experimental::as_tuple(asio::use_awaitable));
}

/// What eddy::run is.
template <class Body>
void run_on_loop(Body body) {
  asio::io_context loop{1};
  asio::co_spawn(loop, std::move(body), rethrow);
  loop.run();
}

}  // namespace eddy::bench

// SPDX-License-Identifier: MIT
//
// What Asio's core scenarios share: a coroutine on a context of one thread, and its result.
#pragma once

#include <asio.hpp>
#include <exception>
#include <utility>

namespace eddy::bench {

/// Errors that no caller gets end the program.
inline void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}

/// What eddy::run is.
template <class Body>
void run_on_loop(Body body) {
  asio::io_context loop{1};
  asio::co_spawn(loop, std::move(body), rethrow);
  loop.run();
}

}  // namespace eddy::bench

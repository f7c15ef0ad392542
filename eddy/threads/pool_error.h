// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/base/error.h"

namespace eddy {

/// A thread pool was asked to run a function, but was shut down before it could start.
class PoolShutDown : public RuntimeError {
 public:
  explicit PoolShutDown(const std::string& pool)
      : RuntimeError("thread pool '" + pool +
                     "' was shut down before the function started: close a pool only when nobody uses it any more, "
                     "co_await pool.drain() first") {}
};

}  // namespace eddy

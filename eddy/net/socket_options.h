// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eddy/core/time_point.h"

namespace eddy {

/// What a socket is told when it is made. Unset: the kernel's way.
struct SocketOptions {
  SocketOptions() = default;

  /// Send small writes at once instead of waiting for more (TCP_NODELAY). On, as asyncio has it.
  bool no_delay = true;
  /// Ask a silent peer now and then whether it is still there; so many seconds of silence first.
  std::optional<std::chrono::seconds> keep_alive;
  std::optional<int> send_buffer;
  std::optional<int> receive_buffer;
};

/// Sets them; throws std::system_error that names the option.
void set_options(int fd, const SocketOptions& options);

}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/core/task.h"
#include "eddy/net/address.h"

namespace eddy::detail {

/// setsockopt; throws std::system_error that begins with `name`.
void set_option(int fd, int level, int option, int value, const char* name);
/// getsockopt.
[[nodiscard]] int get_option(int fd, int level, int option, const char* name);

/// Connects a non-blocking socket. Throws std::system_error that names the address.
Task<> connect_socket(int fd, Address to);

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/net/address.h"
#include "eddy/sys/fd.h"

namespace eddy::detail {

void set_option(int fd, int level, int option, int value, const char* name);

}  // namespace eddy::detail

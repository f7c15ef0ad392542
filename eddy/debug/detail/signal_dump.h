// SPDX-License-Identifier: MIT
#pragma once

namespace eddy::debug::detail {

/// What debug mode does: SIGUSR1 dumps to stderr, unless it does something else already.
void dump_on_free_signal();

}  // namespace eddy::debug::detail

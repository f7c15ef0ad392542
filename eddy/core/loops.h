// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/base/function_ref.h"

namespace eddy {

class Loop;

namespace detail {

/// Calls `f` for each loop of the process, in the order in which they were made. Any thread. They stay alive meanwhile,
/// since no loop can be made or destroyed until it returns: so `f` is brief, and makes none.
void for_each_loop(FunctionRef<void(Loop&)> f);

}  // namespace detail
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/flow/progress_output.h"

namespace eddy::detail {

/// The output of a descriptor. One for each number in the process, for ever: that bars of different loops do not garble
/// each other is only possible if they know of each other, and a terminal is the process's whatever we do.
ProgressOutput& progress_terminal(int fd);

}  // namespace eddy::detail

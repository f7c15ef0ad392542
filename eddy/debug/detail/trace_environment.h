// SPDX-License-Identifier: MIT
#pragma once

namespace eddy {
class Loop;
}

namespace eddy::debug::detail {

/// `EDDY_TRACE=run.json ./app`: writes down what this loop does, if that is set. All loops of the process that run at
/// the same time share a file; one that begins when all have closed gets the next: run.2.json. The loop's thread.
void trace_from_environment(Loop& loop);

}  // namespace eddy::debug::detail

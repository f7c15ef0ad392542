// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "eddy/debug/detail/snapshot.h"

namespace eddy::debug::detail {

/// What `dump_tasks_json` promises.
std::string tree_json(const Loop& loop, const Snapshot& seen);

}  // namespace eddy::debug::detail

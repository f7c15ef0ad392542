// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eddy/debug/task_tree.h"

namespace eddy::debug::detail {

/// The tree, a line for each task and each await; `all`: without summing up those that do the same.
std::string tree_text(const std::vector<TaskNode>& nodes, bool all);

}  // namespace eddy::debug::detail

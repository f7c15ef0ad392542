// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "eddy/debug/task_tree.h"

namespace eddy::debug::detail {

/// The tasks of a loop at one moment, and who waits for whom.
struct Snapshot {
  std::vector<TaskNode> nodes;
  /// For each node: the nodes that must all go on, or end, before it can. None where a race may end it otherwise.
  std::vector<std::vector<std::size_t>> needs;
};

Snapshot look_at(Loop& loop);

/// The cycles among `needs`, one for each knot.
std::vector<Deadlock> find_deadlocks(const Snapshot& seen);

/// "task 'x'", "branch 2 of task 'x'".
std::string title_of(const std::vector<TaskNode>& nodes, std::size_t index);

}  // namespace eddy::debug::detail

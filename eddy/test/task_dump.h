// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "eddy/core/loop.h"

namespace eddy::test {

/// What one task, or one branch of a `gather`, is doing: a node of the task tree.
struct TaskNode {
  std::string name;                          ///< empty for a branch
  std::string state;                         ///< "waits", "has not started", "runs", "waits for its abandoned children"
  bool cancelled = false;                    ///< it has been asked to end, where it stands
  std::string waits_for;                     ///< the type of the operation it waits at; empty unless it waits
  std::vector<std::source_location> frames;  ///< the awaits between that operation and the task, innermost first
  std::size_t frames_hidden = 0;             ///< how many more there are
  std::vector<TaskNode> children;
};

/// The tasks of a loop as they are now. The loop's thread only, and not from inside a task that is to be looked at: a
/// running coroutine does not know where it is.
std::vector<TaskNode> task_tree(Loop& loop);

/// The tree as text: a line for each task, below it a line for each await of its chain, below these its children.
std::string format(const std::vector<TaskNode>& tree);

/// Both together.
std::string dump_tasks(Loop& loop);

}  // namespace eddy::test

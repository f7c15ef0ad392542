// SPDX-License-Identifier: MIT
#include "eddy/debug/task_tree.h"

#include "eddy/debug/detail/seconds.h"
#include "eddy/debug/detail/snapshot.h"

namespace eddy::debug {

std::string WaitsFor::text() const {
  std::string text = what;
  if (!which.empty()) text += " " + which;
  if (!holder.empty()) text += (holder.starts_with("held") ? " " : ", ") + holder;
  if (!detail.empty()) text += ", " + detail;
  if (ends_in) text += ", " + detail::seconds(*ends_in) + " left";
  return text;
}

std::string TaskNode::title() const { return branch > 0 ? "branch " + std::to_string(branch) : "task '" + name + "'"; }

std::string TaskNode::doing() const {
  switch (state) {
    case TaskState::kNotStarted:
      return "has not started";
    case TaskState::kHeld:
      return "waits for its turn in its group";
    case TaskState::kRunning:
      return "runs";
    case TaskState::kReady:
      return "is ready to go on";
    case TaskState::kUnwinding:
      return "is being unwound";
    case TaskState::kDraining:
      return "waits for its abandoned children";
    case TaskState::kWaiting:
      break;
  }
  return "waits for " + waits_for->text();
}

std::vector<TaskNode> task_tree(Loop& loop) { return detail::look_at(loop).nodes; }

std::vector<Deadlock> deadlocks(Loop& loop) { return detail::find_deadlocks(detail::look_at(loop)); }

}  // namespace eddy::debug

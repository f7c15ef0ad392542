// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eddy {

class Loop;

namespace debug {

/// How `dump_tasks` prints.
class DumpOptions {
 public:
  constexpr DumpOptions() noexcept = default;
  /// Every task, instead of the first ten of those of one parent that do the same, and how many more there are.
  constexpr DumpOptions& all(bool on) noexcept {
    all_ = on;
    return *this;
  }
  constexpr bool all() const noexcept { return all_; }

 private:
  bool all_ = false;
};

/// All tasks of a loop as text: first who waits for each other for ever, then the tree: a line for each task, what it
/// waits for and who has that; below it a line for each `co_await` on the way there; indented, its children.
///
/// The loop's thread, see `task_tree`; without a loop the running one's, else RuntimeError. For other threads and
/// hanging processes see `dump_on_signal`; for machines, `dump_tasks_json`.
std::string dump_tasks(Loop& loop, const DumpOptions& options = {});
std::string dump_tasks(const DumpOptions& options = {});

/// The same as JSON, every task. Fields that are not known are left out; none will change its name or meaning:
///
///     {"loop": "0x55d0c8",
///      "deadlocks": [{"tasks": [id, …], "until_ms": 3000, "text": "deadlock until …"}],
///      "tasks": [{"id": "0x7f10", "parent": "0x7f80", "depth": 1, "kind": "task" or "branch",
///                 "name": "fetch", "number": 2,
///                 "state": "not_started", "held", "running", "ready", "unwinding", "waiting" or "draining",
///                 "cancelled": false, "cancel_reason": "…",
///                 "age_ms": 9000, "waiting_ms": 20, "timeout_ms": 3000,
///                 "waits_for": {"text": "Lock 0x55 held by task 'x'", "what": "Lock", "which": "0x55",
///                               "holder": "held by task 'x'", "detail": "…", "ends_in_ms": 10},
///                 "frames": [{"function": "fetch", "file": "app.cpp", "line": 12}, …], "frames_hidden": 3}]}
///
/// Tasks come before their children, "parent" is missing for those of the loop itself, frames begin innermost.
std::string dump_tasks_json(Loop& loop);
std::string dump_tasks_json();

}  // namespace debug
}  // namespace eddy

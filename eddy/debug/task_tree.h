// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "eddy/core/time_point.h"

namespace eddy {

class Loop;

namespace debug {

/// What a task, or a branch of one, is doing.
enum class TaskState : std::uint8_t {
  kNotStarted,  ///< it waits for its first turn
  kHeld,        ///< it waits until the limit of its group lets it begin
  kRunning,     ///< it is the one that looks
  kReady,       ///< what it waited for has come; it goes on when it is its turn
  kUnwinding,   ///< it was cancelled where it waited; its frames are destroyed when it is its turn
  kWaiting,
  kDraining,  ///< its body has ended, but not yet the children of an object that it left early
};

/// What a task waits for.
struct WaitsFor {
  std::string what;                 ///< "Lock", "Queue.get", "readable fd", "task", "gather"
  std::string which;                ///< of several of its kind: an address, a name; may be empty
  std::string holder;               ///< "held by task 'x'"; may be empty
  std::string detail;               ///< "3 wait before it"; may be empty
  std::optional<Duration> ends_in;  ///< when it ends by itself, at the latest

  /// "Lock 0x55d0c8 held by task 'x', 3 wait before it".
  std::string text() const;
};

/// A task, or a branch of `gather` or `race`, at one moment.
struct TaskNode {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kFramesMax = 32;

  std::size_t parent = kNone;     ///< the index of the node it belongs to; none for tasks of the loop itself
  std::size_t depth = 0;          ///< how many are above it
  const void* address = nullptr;  ///< tells it from all others that live
  std::string name;               ///< empty for a branch
  std::size_t branch = 0;  ///< of a branch: its number among those of its parent that have not ended; of a task: 0
  TaskState state = TaskState::kRunning;
  bool cancelled = false;                    ///< it has been asked to end; what it shields goes on nevertheless
  std::string cancel_reason;                 ///< what `cancel` was given
  std::optional<WaitsFor> waits_for;         ///< while it is kWaiting
  std::optional<Duration> age;               ///< since it waited for the first time; known in debug mode
  std::optional<Duration> waiting;           ///< since when it waits here, or for its children; known in debug mode
  std::optional<Duration> timeout_in;        ///< when the nearest timeout around it cancels what it does
  std::vector<std::source_location> frames;  ///< the awaits between what it waits for and the task, innermost first
  std::size_t frames_hidden = 0;             ///< how many more there are than kFramesMax

  /// "task 'x'", "branch 2".
  std::string title() const;
  /// "waits for Lock 0x55d0c8 held by task 'x'", "has not started".
  std::string doing() const;
};

/// Tasks that wait for each other, each for the next and the last for the first. They can never go on, unless there is
/// a timeout around one of them, or somebody cancels one.
struct Deadlock {
  std::vector<const void*> tasks;  ///< their `TaskNode::address`
  std::optional<Duration> until;   ///< when a timeout breaks it
  std::string text;                ///< "deadlock: task 'a' waits for Lock 0x55d0c8 held by task 'b'; task 'b' waits …"
};

/// All tasks of a loop that are not done, each before its children, those of one parent in the order in which they
/// were made. A list, so that trees of any depth can be walked.
///
/// The loop's thread; from anywhere on it: a task (which then shows as running and without awaits, since a coroutine
/// that runs does not know where it is), a callback, a destructor, between runs. Changes nothing. As text,
/// `dump_tasks`; for one task, `AnyTask::stack`.
std::vector<TaskNode> task_tree(Loop& loop);

/// Who waits for each other for ever: over locks, tasks that await tasks, and the ends of children. What may come from
/// outside (I/O, threads) is no part of that, and where one of several things would do, nothing is claimed.
std::vector<Deadlock> deadlocks(Loop& loop);

}  // namespace debug
}  // namespace eddy

// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string>

#include "eddy/core/any_task.h"
#include "eddy/core/node.h"
#include "eddy/core/time_point.h"

namespace eddy::detail {

/// "app.cpp:12 in fetch".
std::string place_text(const std::source_location& where);
/// Where a task waits; line 0 while it does not.
std::source_location place_of(TaskBase& task);
/// Where the coroutine waits that an operation continues, or the next one above it; line 0 for none.
std::source_location innermost_await(Cont at) noexcept;

/// A dispatch in debug mode: whose it is, and from where it goes on. Begun before it, dropped after it.
///
/// Keeps the task's state, not its frames, so that the task can be named when it has ended meanwhile.
class WatchedDispatch {
 public:
  WatchedDispatch() noexcept = default;
  WatchedDispatch(const WatchedDispatch&) = delete;
  WatchedDispatch& operator=(const WatchedDispatch&) = delete;
  ~WatchedDispatch() { drop(); }

  void begin(Strand& strand) noexcept {
    task_ = strand.root.has(TaskBase::kTask) ? static_cast<TaskBase*>(&strand) : task_of(&strand);
    if (task_) task_->ref();
    const Op* leaf = strand.leaf();
    from_ = leaf ? innermost_await(leaf->continuation().untagged()) : std::source_location();
  }
  void drop() noexcept {
    from_ = std::source_location();
    if (TaskBase* task = std::exchange(task_, nullptr)) task->unref();
  }

  /// Null for a callback.
  TaskBase* task() const noexcept { return task_; }
  /// The await it goes on from; line 0 when it starts.
  std::source_location from() const noexcept { return from_; }

  /// Afterwards: "task 'crawler' ran 312 ms without awaiting: from app.cpp:12 in fetch to app.cpp:40 in crunch".
  std::string report(Nanos took) const;
  /// Where it has come to; line 0 when that is its end.
  std::source_location to() const;

 private:
  TaskBase* task_ = nullptr;
  std::source_location from_;
};

}  // namespace eddy::detail

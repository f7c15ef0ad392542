// SPDX-License-Identifier: MIT
//
// 1. Every nanosecond that is charged ends up in exactly one row; what finds no place goes to "others".
// 2. A live task's time is in its entry; when it ends it is added to its name's row, or to its kind's.
// 3. There are at most kLiveMax entries, kKindsMax kinds and kNamesMax names. When a new name comes, the name that has
//    used the least goes to "others".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "eddy/core/task_state.h"
#include "eddy/core/time_point.h"
#include "eddy/debug/detail/task_table.h"
#include "eddy/debug/loop_stats.h"

namespace eddy::debug::detail {

using eddy::detail::Nanos;
using eddy::detail::TaskBase;

/// Who has used how much time of a loop, and which tasks live.
class TaskLedger {
 public:
  using Where = std::optional<std::source_location>;

  TaskLedger() : live_(kLiveMax) {}

  /// A task has started; the function that the task runs which made it, if that is known.
  void start(const TaskBase& task, const Where& spawner, Nanos at) noexcept;
  /// What function it runs.
  void set_body(const TaskBase& task, const std::source_location& body) noexcept;
  Where body(const TaskBase& task) noexcept;
  bool knows_body(const TaskBase& task) noexcept;
  /// It ran for so long; null for callbacks.
  void charge(const TaskBase* task, Nanos took) noexcept;
  void end(const TaskBase& task) noexcept;
  /// From now on nobody tells of the tasks; how many lived. While they do, for their names.
  std::uint64_t end_all() noexcept;

  /// The busiest first.
  std::vector<TaskUse> busiest(std::size_t n) const;
  /// The oldest first. Of the tasks beyond kLiveMax there is only a count, at the end.
  std::vector<LiveTasks> live(Nanos now) const;

 private:
  static constexpr std::size_t kLiveMax = std::size_t{1} << 16;
  static constexpr std::size_t kKindsMax = 1024;
  static constexpr std::size_t kNamesMax = 256;

  struct Use {
    Nanos busy = 0;
    std::uint64_t dispatches = 0;
    std::uint64_t tasks = 0;
    void add(const Use& other) noexcept;
  };
  struct Entry {
    Use use;
    Nanos started = 0;
    Where body;
    Where spawner;
    bool same_kind(const Entry& other) const noexcept;
  };
  struct Kind {
    std::source_location body;
    Use use;
  };
  struct ShownKind {
    std::string function;
    std::string place;
    Use use;
  };
  struct Named {
    std::string name;
    Where body;
    Use use;
  };

  Use& row_of(const TaskBase& task, const Entry& entry);
  Use& row_of_name(const std::string& name, const Where& body);
  Use& row_of_kind(const std::source_location& body);
  void settle(const TaskBase& task, const Entry& entry) noexcept;
  std::vector<ShownKind> shown_kinds() const;

  TaskTable<Entry> live_;
  std::uint64_t live_untold_ = 0;  ///< beyond the limit
  std::vector<Kind> kinds_;
  std::vector<Named> names_;
  Use callbacks_;
  Use others_;
};

}  // namespace eddy::debug::detail

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/core/time_point.h"
#include "eddy/debug/detail/wait_name.h"

namespace eddy::debug::detail {

using eddy::detail::Nanos;

enum class TraceKind : std::uint8_t {
  run,         ///< a task runs: `from`, `to` are awaits
  first_run,   ///< … for the first time: `from` is its body
  last_run,    ///< … to its end
  only_run,    ///< both
  wait,        ///< it waits for `wait`, at `from`
  task,        ///< from its first run to its end: its name, `from` its body, `value` a TaskOutcome
  turn,        ///< of the loop: `value` dispatches
  sleep,       ///< of the loop
  callback,    ///< ran, outside of tasks
  cancel,      ///< somebody asks a task to end
  cancelled,   ///< it did
  failed,      ///< it ended in an error
  spawn,       ///< one task started another: arrow `value` begins
  spawned,     ///< arrow `value` ends
  ready,       ///< `value` wait to be dispatched
  tasks,       ///< `value` tasks live
  track_name,  ///< `text` is what the viewer calls a track
  loop_name,   ///< … a loop
};

enum class TaskOutcome : std::uint8_t { value, cancelled, failed, lives };

/// Something that happened, on a track of a loop. No pointer in it is into what may go away.
struct TraceEvent {
  TraceKind kind{};
  std::uint32_t track = 0;  ///< 0 is the loop's own
  Nanos at = 0;
  Nanos took = 0;
  std::source_location from{};
  std::source_location to{};
  WaitName wait{};
  std::uint64_t value = 0;
  std::uint32_t text = 0;  ///< where it begins in the chunk
  std::uint32_t text_size = 0;
};

/// Events of one loop on their way to the file.
struct TraceChunk {
  static constexpr std::size_t kEvents = 2048;
  static constexpr std::size_t kText = 32 * 1024;  ///< of names, all together

  std::uint32_t loop = 0;
  std::vector<TraceEvent> events;
  std::string text;

  std::string_view text_of(const TraceEvent& event) const noexcept {
    return std::string_view(text).substr(event.text, event.text_size);
  }
};

}  // namespace eddy::debug::detail

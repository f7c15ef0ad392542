// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "eddy/base/owned.h"

namespace eddy {
class Loop;
}

namespace eddy::debug {

/// What goes into a trace, and how much. Fluent: `TraceOptions{}.max_bytes(10'000'000)`.
///
/// Trivially destructible, so a temporary may stand in a `co_await` expression.
class TraceOptions {
 public:
  enum Category : std::uint32_t {
    kTasks = 1,     ///< when each task ran and what it waited for, with arrows from who started it
    kTurns = 2,     ///< turns of the loop, its sleeps, and callbacks
    kCounters = 4,  ///< how many tasks live, how many are ready
    kEvents = 8,    ///< cancellations and errors
    kAll = kTasks | kTurns | kCounters | kEvents,
  };

  constexpr TraceOptions() noexcept = default;

  /// How long the file may become. When it is full, tracing ends: the oldest is kept. 256 MB unless set.
  constexpr TraceOptions& max_bytes(std::uint64_t bytes) noexcept {
    max_bytes_ = bytes;
    return *this;
  }
  /// How many events it may have; 100 to 200 bytes each. No limit of its own unless set.
  constexpr TraceOptions& max_events(std::uint64_t events) noexcept {
    max_events_ = events;
    return *this;
  }
  /// `TraceOptions::kTasks | TraceOptions::kTurns`. All unless set.
  constexpr TraceOptions& categories(std::uint32_t wanted) noexcept {
    categories_ = wanted;
    return *this;
  }

  constexpr std::uint64_t max_bytes() const noexcept { return max_bytes_; }
  constexpr std::uint64_t max_events() const noexcept { return max_events_; }
  constexpr std::uint32_t categories() const noexcept { return categories_; }

 private:
  std::uint64_t max_bytes_ = 256'000'000;
  std::uint64_t max_events_ = UINT64_MAX;
  std::uint32_t categories_ = kAll;
};

/// Writes down what a loop does, to look at in a trace viewer: open the file in https://ui.perfetto.dev or
/// chrome://tracing.
///
///     eddy::debug::Trace trace{"run.json"};
///
/// A track for each task: when it ran, from which await to which, and what it waited for in between; arrows from who
/// started it; cancellations and errors. One for the loop: turns, sleeps, callbacks. Tracks are used again when a task
/// of the same name or function comes after another.
///
/// In debug mode without a line of code: `EDDY_DEBUG=1 EDDY_TRACE=run.json ./app`.
///
/// Attached to the running loop when it is made; to others with `attach`. Ends when it is destroyed, which takes until
/// all is written; each loop's part when that loop closes. The file is JSON that parsers accept at any time, also of a
/// process that was killed (unless in the instant in which a write went from one page of the file to the next): then
/// the last tenth of a second is missing, and what came since the loop last slept. A dispatch costs about 150 ns more
/// (bench/debug_monitor_bench.cpp); a thread of its own writes. If that does not keep up, events are left out and
/// counted: never more than 4 MB wait. A file that cannot be written is told to the loop's exception handler, and the
/// trace ends; the program goes on. A forked child does not write. For numbers instead of a history see LoopMonitor.
class Trace {
 public:
  explicit Trace(std::string path, TraceOptions options = {});
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  /// Loops of other threads that it is attached to must have closed.
  ~Trace();

  /// Another loop, on its thread; one that it is attached to already stays so. The name is what the viewer calls it;
  /// empty: "loop 2".
  void attach(Loop& loop, std::string_view name = {});

  /// Leaves out what comes from now on; and what comes after that not. Any thread.
  void stop() noexcept;
  void start() noexcept;

  /// Waits until all that this thread's running loop has done is in the file; what still goes on comes when it ends.
  void flush();

  /// How many events were left out because the disk was too slow. Any thread.
  std::uint64_t dropped() const noexcept;
  /// Why nothing is written any more: empty as long as it is. Any thread.
  std::string error() const;

 private:
  class Impl;
  Owned<Impl> impl_;
};

}  // namespace eddy::debug

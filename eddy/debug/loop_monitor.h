// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <source_location>
#include <string>
#include <vector>

#include "eddy/base/owned.h"
#include "eddy/base/unique_function.h"
#include "eddy/core/time_point.h"
#include "eddy/debug/loop_stats.h"

namespace eddy {
class Loop;
}

namespace eddy::debug {

/// A loop was kept from turning: nobody else ran, no timer fired, no I/O was looked at.
struct LagReport {
  Duration lag{};          ///< for how long
  std::string longest_by;  ///< who ran longest in that turn: "task 'poller'", "a callback"; empty when it was nobody:
                           ///< the machine, or a debugger, kept the whole thread from running
  Duration longest{};      ///< for how long
  std::string from;        ///< between which awaits: "app.cpp:12 in fetch", "its start"
  std::string to;          ///< "app.cpp:40 in crunch", "its end"
  std::size_t dispatches = 0;  ///< how many it was in that turn

  /// All of it in a line.
  std::string text() const;
};

/// Watches a loop: how long it was kept from turning, by whom; how busy it is, with what; which tasks live.
///
///     eddy::debug::LoopMonitor monitor{100ms};
///     monitor.on_lag([](const LagReport& report) { log(report.text()); });
///
/// Attached as long as it lives, or until the loop closes; what it has counted stays. Of a loop's thread: it is made,
/// asked and destroyed there; only what `stats` and `prometheus` return may go elsewhere. Several may watch one loop;
/// each loop needs its own. It arms no timer, so it keeps neither a loop nor a virtual clock from being idle. A
/// dispatch costs about 40 ns more with a monitor (bench/debug_monitor_bench.cpp). Times are real ones, also in
/// virtual time. For who blocks a loop right now see debug mode, for everything in its order Trace.
class LoopMonitor {
 public:
  /// Watches the running loop; where none runs, `attach` it later.
  explicit LoopMonitor(Duration threshold = std::chrono::milliseconds(100));
  LoopMonitor(Loop& loop, Duration threshold);
  LoopMonitor(const LoopMonitor&) = delete;
  LoopMonitor& operator=(const LoopMonitor&) = delete;
  ~LoopMonitor();

  void attach(Loop& loop);
  void detach() noexcept;

  /// Called back, outside of tasks, in the next turn, whenever the lag exceeded the threshold. What it throws goes to
  /// the loop's exception handler. The time it takes itself is not reported. An empty one: nobody is told.
  void on_lag(UniqueFunction<void(const LagReport&)> callback);

  /// What `stats` and `prometheus` call the loop. "main" unless set.
  void set_name(std::string name);

  /// The lag, in nanoseconds: for each turn, how long the loop did not look at timers and I/O; and how late a timer was
  /// when that was longer.
  const Histogram& histogram() const noexcept;
  LoopStats stats() const;
  /// Who has used the loop most, by the tasks' names, or by their functions where they have none. Sums up to all of it
  /// when `n` is large enough.
  std::vector<TaskUse> busiest(std::size_t n) const;
  /// The tasks that have not ended, by function, the oldest first: a count that only grows is a leak. Ages count from
  /// when the monitor was attached.
  std::vector<LiveTasks> live_tasks() const;

  /// All of it for Prometheus: see eddy/debug/prometheus.h.
  std::string prometheus() const;

 private:
  class Impl;
  Owned<Impl> impl_;
};

}  // namespace eddy::debug

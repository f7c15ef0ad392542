// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eddy/core/time_point.h"
#include "eddy/debug/histogram.h"

namespace eddy::debug {

/// What tasks of one kind have used: those of one name, or those without a name that run one function.
struct TaskUse {
  std::string name;      ///< empty unless `set_name` gave them one
  std::string function;  ///< "Client::fetch"; "callbacks" for what ran outside of tasks, "others" for the rest
  std::string place;     ///< "app.cpp:12", where that function is; may be empty
  Duration busy{};       ///< how long they ran, waiting not counted
  std::uint64_t dispatches = 0;
  std::uint64_t tasks = 0;
};

/// Tasks that have started and not ended: of one function, started from one.
struct LiveTasks {
  std::string function;
  std::string place;
  std::string started_in;  ///< the function of the task that started them, or of one that it called; may be empty
  std::uint64_t count = 0;
  Duration oldest{};
};

/// What a LoopMonitor has seen of its loop since it was attached. A value: may be given to other threads.
struct LoopStats {
  std::string loop;  ///< the monitor's name for it
  std::uint64_t turns = 0;
  std::uint64_t dispatches = 0;
  std::uint64_t tasks_started = 0;  ///< those included that were there before the monitor
  std::uint64_t tasks_ended = 0;
  std::uint64_t lags = 0;         ///< how often the lag exceeded the threshold
  std::uint64_t timers_late = 0;  ///< how many turns found a timer late by more than that
  Duration busy{};
  Duration slept{};
  double utilisation = 0;  ///< the share of the last second or two in which the loop was busy
  Histogram lag;           ///< nanoseconds: see LoopMonitor::histogram
  Histogram turn;          ///< nanoseconds: the lengths of turns
  Histogram ready;         ///< how many waited to be dispatched when a turn began, counted up to 1024
  std::vector<TaskUse> busiest;

  std::uint64_t tasks() const noexcept { return tasks_started - tasks_ended; }
};

}  // namespace eddy::debug

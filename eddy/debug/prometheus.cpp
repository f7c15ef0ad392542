// SPDX-License-Identifier: MIT
#include "eddy/debug/prometheus.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "eddy/base/utf8.h"

namespace eddy::debug {
namespace {

constexpr double kNanosPerSecond = 1e9;

struct Bound {
  const char* text;
  std::uint64_t value;
};
constexpr std::array kSeconds = {Bound{"1e-05", 10'000},    Bound{"0.0001", 100'000},   Bound{"0.001", 1'000'000},
                                 Bound{"0.005", 5'000'000}, Bound{"0.01", 10'000'000},  Bound{"0.025", 25'000'000},
                                 Bound{"0.05", 50'000'000}, Bound{"0.1", 100'000'000},  Bound{"0.25", 250'000'000},
                                 Bound{"0.5", 500'000'000}, Bound{"1", 1'000'000'000},  Bound{"2.5", 2'500'000'000},
                                 Bound{"5", 5'000'000'000}, Bound{"10", 10'000'000'000}};
constexpr std::array kCounts = {Bound{"0", 0},   Bound{"1", 1},   Bound{"2", 2},     Bound{"5", 5},
                                Bound{"10", 10}, Bound{"50", 50}, Bound{"100", 100}, Bound{"500", 500}};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string seconds(Duration span) { return number(static_cast<double>(span.count()) / kNanosPerSecond); }

// A page with bytes that are no UTF-8 is refused as a whole.
std::string escaped(std::string_view value) {
  std::string out;
  for (char c : eddy::detail::valid_utf8(value)) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + escaped(value) + "\"";
}

/// The loops' names; of those that share one the second is "main (2)": two series of the same labels void a page.
std::vector<std::string> names_of(const std::vector<LoopStats>& loops) {
  std::vector<std::string> names;
  for (const LoopStats& loop : loops) {
    std::string name = loop.loop;
    for (int number = 2; std::ranges::find(names, name) != names.end(); ++number) {
      name = loop.loop + " (" + std::to_string(number) + ")";
    }
    names.push_back(std::move(name));
  }
  return names;
}

/// A page as it grows, one family of metrics after the other.
class Page {
 public:
  explicit Page(const std::vector<LoopStats>& loops) : loops_(loops), names_(names_of(loops)) {}

  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
  }
  void sample(std::string_view suffix, const std::string& labels, const std::string& value) {
    text_ += name_ + std::string(suffix) + "{" + labels + "} " + value + "\n";
  }

  /// A family with a sample for each loop.
  template <class Value>
  void each(std::string_view name, std::string_view type, std::string_view help, Value value) {
    family(name, type, help);
    for (std::size_t i = 0; i < loops_.size(); ++i) sample("", loop_label(i), value(loops_[i]));
  }

  template <class Bounds>
  void histograms(std::string_view name, std::string_view help, Histogram LoopStats::* member, const Bounds& bounds,
                  double unit) {
    family(name, "histogram", help);
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      const Histogram& histogram = loops_[i].*member;
      const std::string labels = loop_label(i);
      for (const Bound& bound : bounds) {
        sample("_bucket", labels + "," + label("le", bound.text), std::to_string(histogram.count_up_to(bound.value)));
      }
      sample("_bucket", labels + "," + label("le", "+Inf"), std::to_string(histogram.count()));
      sample("_sum", labels, number(static_cast<double>(histogram.sum()) / unit));
      sample("_count", labels, std::to_string(histogram.count()));
    }
  }

  template <class Value>
  void each_task(std::string_view name, std::string_view help, Value value) {
    family(name, "counter", help);
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      for (const TaskUse& use : loops_[i].busiest) {
        sample("",
               loop_label(i) + "," + label("task", use.name) + "," + label("function", use.function) + "," +
                   label("place", use.place),
               value(use));
      }
    }
  }

  std::string take() { return std::move(text_); }

 private:
  std::string loop_label(std::size_t index) const { return label("loop", names_[index]); }

  const std::vector<LoopStats>& loops_;
  const std::vector<std::string> names_;
  std::string name_;
  std::string text_;
};

void add_counters(Page& page) {
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t LoopStats::* member) {
    page.each(name, "counter", help, [member](const LoopStats& loop) { return std::to_string(loop.*member); });
  };
  count("eddy_loop_turns_total", "Turns of the loop.", &LoopStats::turns);
  count("eddy_loop_dispatches_total", "Tasks and callbacks that were given a turn.", &LoopStats::dispatches);
  count("eddy_loop_tasks_started_total", "Tasks that have started.", &LoopStats::tasks_started);
  count("eddy_loop_tasks_ended_total", "Tasks that have ended.", &LoopStats::tasks_ended);
  count("eddy_loop_lags_total", "How often the lag exceeded the threshold.", &LoopStats::lags);
  count("eddy_loop_timers_late_total", "Turns that found a timer late by more than the threshold.",
        &LoopStats::timers_late);
  page.each("eddy_loop_busy_seconds_total", "counter", "Time spent in turns.",
            [](const LoopStats& loop) { return seconds(loop.busy); });
  page.each("eddy_loop_sleep_seconds_total", "counter", "Time spent waiting for the kernel.",
            [](const LoopStats& loop) { return seconds(loop.slept); });
  page.each("eddy_loop_tasks", "gauge", "Tasks that have started and not ended.",
            [](const LoopStats& loop) { return std::to_string(loop.tasks()); });
  page.each("eddy_loop_utilisation", "gauge", "Share of the last seconds in which the loop was busy.",
            [](const LoopStats& loop) { return number(loop.utilisation); });
}

}  // namespace

std::string prometheus(const std::vector<LoopStats>& loops) {
  Page page(loops);
  add_counters(page);
  page.histograms("eddy_loop_lag_seconds", "How long the loop was kept from turning.", &LoopStats::lag, kSeconds,
                  kNanosPerSecond);
  page.histograms("eddy_loop_turn_seconds", "Length of turns.", &LoopStats::turn, kSeconds, kNanosPerSecond);
  page.histograms("eddy_loop_ready", "What waited to be dispatched when a turn began.", &LoopStats::ready, kCounts, 1);
  page.each_task("eddy_task_busy_seconds_total", "Time for which tasks ran, waiting not counted.",
                 [](const TaskUse& use) { return seconds(use.busy); });
  page.each_task("eddy_task_dispatches_total", "How often tasks were given a turn.",
                 [](const TaskUse& use) { return std::to_string(use.dispatches); });
  return page.take();
}

}  // namespace eddy::debug

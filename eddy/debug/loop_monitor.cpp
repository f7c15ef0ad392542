// SPDX-License-Identifier: MIT
#include "eddy/debug/loop_monitor.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"
#include "eddy/core/loop_observer.h"
#include "eddy/core/running.h"
#include "eddy/core/watched_dispatch.h"
#include "eddy/debug/detail/place.h"
#include "eddy/debug/detail/task_ledger.h"
#include "eddy/debug/prometheus.h"
#include "eddy/sys/clock.h"

namespace eddy::debug {

using detail::innermost_await;
using detail::outermost_await;
using eddy::detail::Nanos;
using eddy::detail::Node;
using eddy::detail::place_text;
using eddy::detail::Strand;
using eddy::detail::TaskBase;
using Where = std::optional<std::source_location>;

namespace {

constexpr std::size_t kReportsMax = 16;  // that wait to be delivered; then the longest are kept
constexpr std::size_t kBusiestInStats = 20;
constexpr Nanos kWindow = 1'000'000'000;

std::string milliseconds(Duration span) { return std::to_string(span.count() / 1'000'000) + " ms"; }

/// How the time of a second, or a little more, was spent.
struct Window {
  Nanos busy = 0;
  Nanos slept = 0;
  Nanos length() const noexcept { return busy + slept; }
};

}  // namespace

std::string LagReport::text() const {
  std::string text = "the loop was kept from turning for " + milliseconds(lag);
  if (longest_by.empty()) return text + ": its thread did not run";
  text += "; longest, of " + std::to_string(dispatches) + (dispatches == 1 ? " dispatch: " : " dispatches: ");
  text += longest_by + " ran " + milliseconds(longest) + " without awaiting";
  return from.empty() ? text : text + ": from " + from + " to " + to;
}

class LoopMonitor::Impl final : public LoopObserver {
 public:
  explicit Impl(Duration threshold) : threshold_(threshold.count()) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { delivery_.cancel(); }

  void begin(Loop& loop) {
    spawner_.reset();
    turn_ = Turn();
    if (loop.is_running()) turn_.begin = sys::monotonic_now();
    attach(loop);
  }
  void end() noexcept {
    detach();
    on_close();
  }

  LoopStats stats() const;

  std::shared_ptr<UniqueFunction<void(const LagReport&)>> callback;  ///< shared, since it may replace itself
  LoopStats counts;
  detail::TaskLedger ledger;

 private:
  /// Who runs, since when.
  struct Run {
    TaskBase* task = nullptr;
    const Strand* strand = nullptr;  ///< the task itself, or its branch
    Where from;
    Nanos begin = 0;
    bool after_child = false;  ///< within the dispatch in which the last one that it waited for has ended
  };
  struct Turn {
    Nanos begin = 0;
    std::size_t dispatches = 0;
    Nanos longest = 0;
    Nanos delivers_since = 0;  ///< while our own callback runs
    Nanos delivering = 0;      ///< how long that took
    LagReport report;
  };

  void on_turn(const LoopTurn& turn) noexcept override;
  void on_turn_end(Nanos at) noexcept override;
  void on_dispatch(Node& node, Nanos at) noexcept override;
  void on_dispatch_end(Nanos at) noexcept override;
  void on_start(Strand& strand, Nanos at) noexcept override;
  void on_begin(TaskBase& task, const std::source_location* body) noexcept override;
  void on_end(Strand& strand, Strand* next, Nanos at) noexcept override;
  void on_close() noexcept override;

  Where starter() noexcept;
  void begin_run(Strand* strand, Where from, Nanos at) noexcept;
  void end_run(Nanos at, const Strand* suspended) noexcept;
  void note_longest(Nanos took, const Strand* suspended) noexcept;
  void report(LagReport report) noexcept;
  void deliver();
  void spent(Nanos busy, Nanos slept) noexcept;
  Nanos this_turn() const noexcept;
  double utilisation() const noexcept;

  Nanos threshold_;
  Nanos last_turn_ = 0;  ///< how long it was
  Turn turn_;
  Run run_;
  Where spawner_;  ///< of what starts in this dispatch, once that is known
  Window now_;
  Window before_;
  std::vector<LagReport> reports_;
  CallHandle delivery_;
};

// --- dispatches ------------------------------------------------------------------------------------------------------

void LoopMonitor::Impl::on_dispatch(Node& node, Nanos at) noexcept {
  Strand* strand = node.on_behalf();
  spawner_.reset();
  begin_run(strand, strand ? innermost_await(*strand) : std::nullopt, at);
  if (turn_.begin == 0) turn_.begin = at;  // the first one of a run
  ++turn_.dispatches;
}

// Nobody tells when a branch ends that was there before: its task stands for it.
void LoopMonitor::Impl::begin_run(Strand* strand, Where from, Nanos at) noexcept {
  TaskBase* task = eddy::detail::task_of(strand);
  if (task && !strand->root.has(TaskBase::kObserved)) strand = task;
  run_ = Run{task, strand, from, at};
}

void LoopMonitor::Impl::on_dispatch_end(Nanos at) noexcept {
  end_run(at, run_.strand);
  spawner_.reset();
  if (turn_.delivers_since == 0) return;
  turn_.delivering += at - turn_.delivers_since;
  turn_.delivers_since = 0;
}

void LoopMonitor::Impl::end_run(Nanos at, const Strand* suspended) noexcept {
  if (run_.begin == 0) return;
  const Nanos took = at - run_.begin;
  ++counts.dispatches;
  ledger.charge(run_.task, took);
  if (suspended && !ledger.knows_body(*run_.task)) {
    if (const Where body = outermost_await(*run_.task)) ledger.set_body(*run_.task, *body);
  }
  if (took > turn_.longest && took >= threshold_ / 256) note_longest(took, suspended);
  run_ = Run();
}

void LoopMonitor::Impl::note_longest(Nanos took, const Strand* suspended) noexcept {
  turn_.longest = took;
  LagReport& report = turn_.report;
  report = LagReport();
  report.longest = Duration(took);
  report.longest_by = run_.task ? "task '" + run_.task->name() + "'" : "a callback";
  if (!run_.task) return;
  const Where to = suspended ? innermost_await(*suspended) : std::nullopt;
  report.from = run_.from ? place_text(*run_.from) : run_.after_child ? "the end of its child" : "its start";
  report.to = to ? place_text(*to) : suspended ? "its next await" : "its end";
}

void LoopMonitor::Impl::on_start(Strand& strand, Nanos at) noexcept {
  if (!strand.root.has(TaskBase::kTask)) return;
  auto& task = static_cast<TaskBase&>(strand);
  if (!spawner_) spawner_ = starter();
  ledger.start(task, spawner_, at);
  ++counts.tasks_started;
  if (const Where body = outermost_await(task)) ledger.set_body(task, *body);
}

/// What the task runs that makes others: a coroutine that runs does not say where it is.
Where LoopMonitor::Impl::starter() noexcept {
  if (!run_.task) return std::nullopt;
  const Where body = ledger.body(*run_.task);
  return body ? body : outermost_await(*run_.task);
}

void LoopMonitor::Impl::on_begin(TaskBase& task, const std::source_location* body) noexcept {
  if (body) ledger.set_body(task, *body);
}

void LoopMonitor::Impl::on_end(Strand& strand, Strand* next, Nanos at) noexcept {
  if (run_.strand == &strand) {
    if (const Where body = run_.task ? ledger.body(*run_.task) : std::nullopt) spawner_ = body;
    end_run(at, nullptr);
    if (next) {
      begin_run(next, std::nullopt, at);
      run_.after_child = true;
    }
  }
  if (!strand.root.has(TaskBase::kTask)) return;
  auto& task = static_cast<TaskBase&>(strand);
  ++counts.tasks_ended;
  ledger.end(task);
}

// --- turns -----------------------------------------------------------------------------------------------------------

void LoopMonitor::Impl::on_turn(const LoopTurn& turn) noexcept {
  spent(0, turn.woke_at - turn.slept_at);
  counts.ready.record(static_cast<std::int64_t>(turn.ready));
  turn_ = Turn();
  turn_.begin = turn.woke_at;
  if (turn.late > threshold_) ++counts.timers_late;
  if (turn.late <= last_turn_) return;  // the turn before has been told of
  counts.lag.record(turn.late);
  if (turn.late <= threshold_) return;
  LagReport late;
  late.lag = Duration(turn.late);
  report(std::move(late));
}

void LoopMonitor::Impl::on_turn_end(Nanos at) noexcept {
  if (turn_.begin == 0) return;
  last_turn_ = at - turn_.begin;
  ++counts.turns;
  counts.turn.record(last_turn_);
  counts.lag.record(last_turn_);
  spent(last_turn_, 0);
  // A report of the time that reports take would lead to the next one, for ever.
  if (const Nanos lag = last_turn_ - turn_.delivering; lag > threshold_) {
    turn_.report.lag = Duration(lag);
    turn_.report.dispatches = turn_.dispatches;
    report(std::move(turn_.report));
  }
  turn_ = Turn();
}

void LoopMonitor::Impl::on_close() noexcept {
  counts.tasks_ended += ledger.end_all();
  delivery_.cancel();
  delivery_ = CallHandle();
  reports_.clear();
}

void LoopMonitor::Impl::spent(Nanos busy, Nanos slept) noexcept {
  counts.busy += Duration(busy);
  counts.slept += Duration(slept);
  now_.busy += busy;
  now_.slept += slept;
  if (now_.length() < kWindow) return;
  before_ = std::exchange(now_, Window());
}

// It is asked within a turn.
Nanos LoopMonitor::Impl::this_turn() const noexcept {
  return attached_to() && turn_.begin != 0 ? sys::monotonic_now() - turn_.begin : 0;
}

double LoopMonitor::Impl::utilisation() const noexcept {
  const Nanos busy = now_.busy + before_.busy + this_turn();
  const Nanos length = busy + now_.slept + before_.slept;
  return length > 0 ? static_cast<double>(busy) / static_cast<double>(length) : 0;
}

LoopStats LoopMonitor::Impl::stats() const {
  LoopStats stats = counts;
  stats.busy += Duration(this_turn());
  stats.utilisation = utilisation();
  stats.busiest = ledger.busiest(kBusiestInStats);
  return stats;
}

// --- reports ---------------------------------------------------------------------------------------------------------

// In a notification, where the user's code must not run: it is called in the next turn, for which nothing sleeps.
void LoopMonitor::Impl::report(LagReport report) noexcept {
  ++counts.lags;
  if (!callback) return;
  try {
    if (reports_.size() == kReportsMax) reports_.erase(std::ranges::min_element(reports_, {}, &LagReport::lag));
    reports_.push_back(std::move(report));
    if (reports_.size() == 1) delivery_ = attached_to()->call_soon([this] { deliver(); });
  } catch (const std::exception&) {  // no memory for it
    reports_.clear();
  }
}

// The callback may destroy the monitor.
void LoopMonitor::Impl::deliver() {
  turn_.delivers_since = sys::monotonic_now();
  const std::vector<LagReport> reports = std::exchange(reports_, {});
  const auto to = callback;
  if (!to) return;
  for (const LagReport& report : reports) (*to)(report);
}

// --- LoopMonitor -----------------------------------------------------------------------------------------------------

LoopMonitor::LoopMonitor(Duration threshold) : impl_(new Impl(threshold)) {
  impl_->counts.loop = "main";
  if (Loop* here = eddy::detail::running.loop) attach(*here);
}

LoopMonitor::LoopMonitor(Loop& loop, Duration threshold) : impl_(new Impl(threshold)) {
  impl_->counts.loop = "main";
  attach(loop);
}

LoopMonitor::~LoopMonitor() = default;

void LoopMonitor::attach(Loop& loop) {
  if (impl_->attached_to() == &loop) return;
  if (impl_->attached_to()) {
    throw RuntimeError(
        "LoopMonitor::attach(): it watches a loop already; detach() it first, or make one for each loop");
  }
  impl_->begin(loop);
}

void LoopMonitor::detach() noexcept { impl_->end(); }

void LoopMonitor::on_lag(UniqueFunction<void(const LagReport&)> callback) {
  auto replaced = callback ? std::make_shared<UniqueFunction<void(const LagReport&)>>(std::move(callback)) : nullptr;
  impl_->callback.swap(replaced);
}

void LoopMonitor::set_name(std::string name) { impl_->counts.loop = std::move(name); }
const Histogram& LoopMonitor::histogram() const noexcept { return impl_->counts.lag; }
LoopStats LoopMonitor::stats() const { return impl_->stats(); }
std::vector<TaskUse> LoopMonitor::busiest(std::size_t n) const { return impl_->ledger.busiest(n); }
std::vector<LiveTasks> LoopMonitor::live_tasks() const { return impl_->ledger.live(sys::monotonic_now()); }
std::string LoopMonitor::prometheus() const { return debug::prometheus({stats()}); }

}  // namespace eddy::debug

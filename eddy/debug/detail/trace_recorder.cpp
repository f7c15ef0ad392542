// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_recorder.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/core/function_name.h"
#include "eddy/core/loop.h"
#include "eddy/debug/detail/place.h"
#include "eddy/sys/clock.h"

namespace eddy::debug::detail {

using eddy::detail::Node;
using eddy::detail::Op;
using eddy::detail::TaskExtra;

namespace {

constexpr Nanos kFlushEvery = 100'000'000;
constexpr std::uint32_t kStarvesFor = 256;  // events
constexpr std::size_t kTextMax = 200;       // of a name or a message

/// Of a branch nobody tells.
TaskOutcome outcome_of(const Strand& strand) noexcept {
  if (!strand.root.has(TaskBase::kTask)) return TaskOutcome::value;
  const auto& task = static_cast<const TaskBase&>(strand);
  if (task.was_cancelled()) return TaskOutcome::cancelled;
  return task.failed() ? TaskOutcome::failed : TaskOutcome::value;
}

const TaskExtra* extra_of(const Strand& strand) noexcept {
  return strand.root.has(TaskBase::kTask) ? static_cast<const TaskBase&>(strand).extra_if_any() : nullptr;
}

}  // namespace

TraceTracks::Track TraceTracks::take(const std::string& label) {
  const auto [at, is_new] = numbers_.try_emplace(label, static_cast<std::uint32_t>(labels_.size()));
  if (is_new) labels_.emplace_back();
  Label& known = labels_[at->second];
  if (!known.free.empty()) {
    const std::uint32_t track = known.free.back();
    known.free.pop_back();
    return {track, at->second, {}};
  }
  ++known.count;
  return {++last_, at->second, known.count == 1 ? label : label + " #" + std::to_string(known.count)};
}

TraceRecorder::TraceRecorder(TraceWriter& writer, std::string_view name)
    : writer_(writer),
      number_(writer.add_loop()),
      categories_(writer.options().categories()),
      name_(name.empty() ? "loop " + std::to_string(number_) : std::string(name)),
      tasks_(kTasksMax) {}

TraceRecorder::~TraceRecorder() {
  if (attached_to()) pause();
  detach();
  telling_.cancel();
}

void TraceRecorder::begin(Loop& loop) {
  attach(loop);
  of_.store(&loop, std::memory_order_release);
  if (loop.is_running()) turn_begin_ = sys::monotonic_now();
  if (!writer_.error().empty()) tell_error();
}

void TraceRecorder::on_close() noexcept {
  telling_.cancel();
  telling_ = CallHandle();
  end_quietly();
  of_.store(nullptr, std::memory_order_release);  // the last thing: another thread may destroy this
}

void TraceRecorder::end_quietly() noexcept {
  try {
    pause();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory; what is lost is the end of a trace
  }
}

// --- turns -----------------------------------------------------------------------------------------------------------

/// False while nothing is wanted: what was open then has ended.
bool TraceRecorder::awake() noexcept {
  const bool wanted = writer_.wants_events();
  if (!wanted && !asleep_) {
    end_quietly();
    if (!told_) tell_error();
  }
  asleep_ = !wanted;
  return wanted;
}

void TraceRecorder::on_turn(const LoopTurn& turn) noexcept {
  if (!awake()) return;
  if (wants(TraceOptions::kTurns) && turn.woke_at > turn.slept_at)
    slice(TraceKind::sleep, 0, turn.slept_at, turn.woke_at, {});
  turn_begin_ = turn.woke_at;
  count(TraceKind::ready, turn.ready, last_ready_, turn.woke_at);
  count(TraceKind::tasks, tasks_.size(), last_tasks_, turn.woke_at);
}

void TraceRecorder::on_turn_end(Nanos at) noexcept {
  if (!awake()) return;
  end_turn(at);
  if (chunk_ && at - handed_over_ > kFlushEvery) hand_over();
}

void TraceRecorder::end_turn(Nanos at) noexcept {
  if (turn_begin_ == 0) return;
  TraceEvent turn;
  turn.value = std::exchange(dispatches_, 0);
  if (wants(TraceOptions::kTurns)) slice(TraceKind::turn, 0, turn_begin_, at, turn);
  turn_begin_ = 0;
}

void TraceRecorder::count(TraceKind kind, std::uint64_t value, std::uint64_t& last, Nanos at) noexcept {
  if (!wants(TraceOptions::kCounters) || value == last) return;
  last = value;
  TraceEvent event;
  event.kind = kind;
  event.at = at;
  event.value = value;
  add(event);
}

// --- tasks -----------------------------------------------------------------------------------------------------------

void TraceRecorder::on_dispatch(Node& node, Nanos at) noexcept {
  if (!awake()) return;
  ++dispatches_;
  if (turn_begin_ == 0) turn_begin_ = at;  // the first one of a run
  Strand* strand = node.on_behalf();
  const auto from = strand ? innermost_await(*strand) : std::nullopt;
  begin_run(strand, from.value_or(std::source_location{}), at);
}

/// One that is not observed is a branch that was there before: its task stands for it.
void TraceRecorder::begin_run(Strand* strand, const std::source_location& from, Nanos at) noexcept {
  if (strand && !strand->root.has(TaskBase::kObserved)) strand = eddy::detail::task_of(strand);
  run_ = Run{strand, from, at};
  if (!strand) return;
  Entry* entry = tasks_.insert(strand);  // it may be new, after a pause
  if (!entry) return;
  if (entry->waits_since != 0 && from.line() == 0) run_.from = entry->wait_at;
  end_wait(*entry, at);
}

void TraceRecorder::on_dispatch_end(Nanos at) noexcept {
  if (run_.begin != 0) end_run(at, false);
}

void TraceRecorder::end_run(Nanos at, bool ended) noexcept {
  const Run run = std::exchange(run_, Run());
  if (!run.strand) {
    if (wants(TraceOptions::kTurns)) slice(TraceKind::callback, 0, run.begin, at, {});
    return;
  }
  Entry* entry = tasks_.find(run.strand);
  if (!entry) return;
  const auto to = ended ? std::nullopt : innermost_await(*run.strand);
  if (to && entry->body.line() == 0) entry->body = outermost_await(*run.strand).value_or(*to);
  give_track(*run.strand, *entry, run.begin);
  TraceEvent event;
  const bool first = run.from.line() == 0 && !entry->has_run;
  event.from = run.from.line() == 0 ? entry->body : run.from;
  event.to = to.value_or(std::source_location{});
  const TraceKind kinds[] = {TraceKind::run, TraceKind::first_run, TraceKind::last_run, TraceKind::only_run};
  if (wants(TraceOptions::kTasks)) {
    slice(kinds[(first ? 1 : 0) + (ended ? 2 : 0)], entry->track, run.begin, at, event);
    arrive(*entry);
  }
  entry->has_run = true;
  if (!ended) begin_wait(*entry, *run.strand, at);
}

void TraceRecorder::begin_wait(Entry& entry, const Strand& strand, Nanos at) noexcept {
  const Op* leaf = strand.leaf();
  if (!leaf) return;
  entry.waits_since = at;
  entry.wait = WaitName(*leaf);
  entry.wait_at = innermost_await(strand).value_or(std::source_location{});
}

void TraceRecorder::end_wait(Entry& entry, Nanos at) noexcept {
  if (entry.waits_since == 0) return;
  TraceEvent event;
  event.from = entry.wait_at;
  event.wait = entry.wait;
  if (at > entry.waits_since && wants(TraceOptions::kTasks))
    slice(TraceKind::wait, entry.track, entry.waits_since, at, event);
  entry.waits_since = 0;
}

void TraceRecorder::on_start(Strand& strand, Nanos at) noexcept {
  if (!awake()) return;
  Entry* entry = tasks_.insert(&strand);
  if (!entry) return;
  if (const auto body = outermost_await(strand)) {  // it was there before
    entry->body = *body;
    entry->has_run = true;
    give_track(strand, *entry, at);
    return begin_wait(*entry, strand, at);
  }
  if (run_.begin == 0) return;
  entry->started = std::max(run_.begin, at - 1);  // within the slice that ends now
  if (!run_.strand) return;
  Entry* starter = tasks_.find(run_.strand);
  if (!starter) return;
  give_track(*run_.strand, *starter, run_.begin);
  entry->starter_track = starter->track;
}

/// The arrow from whoever started it. Both ends at once, so that none is left without the other.
void TraceRecorder::arrive(Entry& entry) noexcept {
  if (entry.started == 0 || entry.has_run) return;
  if (entry.starter_track == 0 && !wants(TraceOptions::kTurns)) return;
  TraceEvent event;
  event.value = writer_.next_arrow();
  event.kind = TraceKind::spawn;
  event.track = entry.starter_track;
  event.at = entry.started;
  add(event);
  event.kind = TraceKind::spawned;
  event.track = entry.track;
  event.at = entry.begun;
  add(event);
}

void TraceRecorder::on_begin(TaskBase& task, const std::source_location* body) noexcept {
  if (!body || !awake()) return;
  if (Entry* entry = tasks_.find(&task)) entry->body = *body;
}

void TraceRecorder::on_cancel(Strand& strand, Nanos at) noexcept {
  if (!wants(TraceOptions::kEvents) || !awake()) return;
  Entry* entry = tasks_.find(&strand);
  if (!entry) return;
  give_track(strand, *entry, run_.strand == &strand ? run_.begin : at);
  const TaskExtra* extra = extra_of(strand);
  mark(TraceKind::cancel, entry->track, at, extra ? std::string_view(extra->cancel_reason) : std::string_view());
}

void TraceRecorder::on_end(Strand& strand, Strand* next, Nanos at) noexcept {
  if (!awake()) return;
  const bool runs = run_.strand == &strand && run_.begin != 0;
  if (runs) {
    end_run(at, true);
  } else if (Entry* running = run_.strand ? tasks_.find(run_.strand) : nullptr) {
    give_track(*run_.strand, *running, run_.begin);  // not that of the one that ends: it began before
  }
  if (Entry* entry = tasks_.find(&strand)) {
    end_wait(*entry, at);
    end_life(strand, *entry, outcome_of(strand), at);
    tasks_.erase(&strand);
  }
  if (runs && next) begin_run(next, {}, at);
}

void TraceRecorder::end_life(const Strand& strand, const Entry& entry, TaskOutcome outcome, Nanos at) noexcept {
  if (entry.track == 0) return;
  try {
    mark_end(strand, entry, outcome, at);
    TraceEvent event;
    event.kind = TraceKind::task;
    event.track = entry.track;
    event.at = entry.begun;
    event.took = at - entry.begun;
    event.from = entry.body;
    event.value = static_cast<std::uint64_t>(outcome);
    if (wants(TraceOptions::kTasks)) add(event, label_of(strand, entry));
    tracks_.give_back(entry.label, entry.track);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the track is not used again
  }
}

void TraceRecorder::mark_end(const Strand& strand, const Entry& entry, TaskOutcome outcome, Nanos at) {
  if (outcome == TaskOutcome::cancelled) mark(TraceKind::cancelled, entry.track, at, {});
  if (outcome == TaskOutcome::failed)
    mark(TraceKind::failed, entry.track, at, describe(static_cast<const TaskBase&>(strand).error()));
}

std::string TraceRecorder::label_of(const Strand& strand, const Entry& entry) const {
  const TaskExtra* extra = extra_of(strand);
  if (extra && !extra->name.empty() && tracks_.knows(extra->name)) return extra->name.substr(0, kTextMax);
  const bool is_task = strand.root.has(TaskBase::kTask);
  if (entry.body.line() == 0) return is_task ? "task" : "branch";
  std::string label = eddy::detail::short_function_name(entry.body.function_name()).substr(0, kTextMax);
  return is_task ? label : label + " (branch)";
}

void TraceRecorder::give_track(const Strand& strand, Entry& entry, Nanos at) noexcept {
  if (entry.track != 0) return;
  try {
    const TraceTracks::Track track = tracks_.take(label_of(strand, entry));
    entry.track = track.number;
    entry.label = track.label;
    entry.begun = at;
    if (!track.name.empty()) mark(TraceKind::track_name, track.number, at, track.name);
  } catch (const std::bad_alloc&) {
    entry.track = 0;
  }
}

// --- the end ---------------------------------------------------------------------------------------------------------

void TraceRecorder::pause() {
  const Nanos at = sys::monotonic_now();
  if (run_.begin != 0) end_run(at, false);
  end_all(at);
  end_turn(at);
  flush();
}

void TraceRecorder::end_all(Nanos at) noexcept {
  tasks_.for_each([&](const void* strand, Entry& entry) {
    end_wait(entry, at);
    end_life(*static_cast<const Strand*>(strand), entry, TaskOutcome::lives, at);
  });
  tasks_.clear();
}

void TraceRecorder::flush() {
  if (chunk_) hand_over();
}

// --- events ----------------------------------------------------------------------------------------------------------

void TraceRecorder::mark(TraceKind kind, std::uint32_t track, Nanos at, std::string_view text) noexcept {
  if (!wants(TraceOptions::kEvents) && kind != TraceKind::track_name) return;
  TraceEvent event;
  event.kind = kind;
  event.track = track;
  event.at = at;
  add(event, text);
}

void TraceRecorder::slice(TraceKind kind, std::uint32_t track, Nanos from, Nanos to, TraceEvent event) noexcept {
  event.kind = kind;
  event.track = track;
  event.at = from;
  event.took = to - from;
  add(event);
}

void TraceRecorder::add(const TraceEvent& event, std::string_view text) noexcept {
  text = text.substr(0, kTextMax);
  if (!make_room(text)) return writer_.add_dropped(1);
  TraceEvent& added = chunk_->events.emplace_back(event);
  added.text = static_cast<std::uint32_t>(chunk_->text.size());
  added.text_size = static_cast<std::uint32_t>(text.size());
  chunk_->text += text;
}

bool TraceRecorder::make_room(std::string_view text) noexcept {
  try {
    if (chunk_ &&
        (chunk_->events.size() == TraceChunk::kEvents || chunk_->text.size() + text.size() > TraceChunk::kText))
      hand_over();
    if (chunk_) return true;
    if (starving_ > 0) return --starving_, false;
    chunk_ = writer_.take_empty();
    if (!chunk_) return starving_ = kStarvesFor, false;
    chunk_->loop = number_;
    chunk_->text.reserve(TraceChunk::kText);
    if (!std::exchange(named_, true)) {
      TraceEvent naming;
      naming.kind = TraceKind::loop_name;
      add(naming, name_);
      mark(TraceKind::track_name, 0, 0, "loop");
    }
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void TraceRecorder::hand_over() {
  handed_over_ = sys::monotonic_now();
  writer_.give_full(std::move(chunk_));
}

/// Later, since the handler is the user's.
void TraceRecorder::tell_error() noexcept {
  try {
    if (writer_.in_child()) return;
    std::string error = writer_.error();
    if (error.empty() || !attached_to() || std::exchange(told_, true)) return;
    Loop& loop = *attached_to();
    telling_ = loop.call_soon(
        [&loop, error = std::move(error)] { loop.call_exception_handler(ErrorContext("trace: " + error, nullptr)); });
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no memory; `error()` tells it, too
  }
}

}  // namespace eddy::debug::detail

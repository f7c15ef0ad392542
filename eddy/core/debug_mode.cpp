// SPDX-License-Identifier: MIT
#include "eddy/core/debug_mode.h"

#include <string>
#include <utility>

#include <unistd.h>

#include "eddy/core/any_task.h"
#include "eddy/core/detail/debug_room.h"
#include "eddy/core/error_print.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/sys/clock.h"

namespace eddy::detail {
namespace {

/// From so many ticks on the coarse clock is good enough.
constexpr Nanos kStepsOfALimit = 8;

const Nanos coarse_step = sys::coarse_step();

std::string seconds(Nanos span) {
  if (span < 100'000'000) return std::to_string(span / 1'000'000) + " ms";
  const Nanos tenths = span / 100'000'000;
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + " s";
}

bool shielded(Strand& strand) noexcept {
  for (CancelScope* scope = strand.top(); scope != &strand.root; scope = scope->up) {
    if (scope->has(CancelScope::kShield)) return true;
  }
  return false;
}

/// As far as a few steps up tell, because a task may stand deep.
bool owned_elsewhere(const Strand& strand, const Loop& loop) noexcept {
  constexpr int kSteps = 8;
  const Owner* owner = strand.owner();
  for (int i = 0; owner && i < kSteps; ++i) {
    if (owner->host) {
      owner = owner->host->owner();
    } else if (owner->up) {
      owner = static_cast<const Owner*>(owner->up);
    } else {
      return &static_cast<const RootOwner*>(owner)->loop != &loop;
    }
  }
  return false;
}

}  // namespace

DebugMode* debug_mode_here() noexcept {
  Loop* loop = running.loop;
  return loop && loop->get_debug() ? loop->debug_mode() : nullptr;
}

// --- notes -----------------------------------------------------------------------------------------------------------

CancelNote::CancelNote(DebugMode& of, TaskBase& task, Nanos at) noexcept : listed_in_(&of), task_(task), at_(at) {
  of.cancels_.push_back(*this);
}

CancelNote::~CancelNote() {
  if (!listed_in_) return;
  listed_in_->cancels_.erase(*this);
  listed_in_->publish_next_look();
}

// --- dispatches ------------------------------------------------------------------------------------------------------

DebugMode::DebugMode(Loop& loop) noexcept : loop_(loop) { limit_changed(); }

DebugMode::~DebugMode() {
  while (CancelNote* note = cancels_.pop_front()) note->listed_in_ = nullptr;
}

void DebugMode::enter() {
  thread_.store(static_cast<int>(::gettid()), std::memory_order_relaxed);
  if (eddy_enter_debug_room && !std::exchange(entered_room_, true)) eddy_enter_debug_room(loop_);
  if (on_enter) on_enter();
}

void DebugMode::limit_changed() noexcept {
  const Nanos limit = loop_.slow_callback().count();
  limit_.store(limit, std::memory_order_relaxed);
  precise_ = limit < kStepsOfALimit * coarse_step;
}

Nanos DebugMode::clock() const noexcept { return precise_ ? sys::monotonic_now() : sys::coarse_now(); }

void DebugMode::dispatch(Node& node) noexcept {
  Nanos begin = began();
  if (begin == 0) began_.store(begin = clock(), std::memory_order_relaxed);
  if (Strand* strand = node.on_behalf()) {
    check_loop(*strand);
    current_.begin(*strand);
  }
  node.run();
  running.strand = nullptr;  // it may be gone
  const Nanos end = clock();
  if (end - begin >= slow_callback()) [[unlikely]]
    report_slow(begin, end);
  if (loop_.get_debug()) {
    end_dispatch(end);
  } else {
    rest();
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the watchdog's signal looks at `current_` of this `began_`
  current_.drop();
}

// Primitives and handles look by themselves where somebody of the other loop waits, and throw. What is left: a lock
// that one loop holds and another wants, a group, a limiter's timer. Once for a loop, for it would be a flood.
void DebugMode::check_loop(Strand& strand) noexcept {
  if (owned_elsewhere(strand, loop_) && !std::exchange(wrong_loop_reported_, true)) {
    const TaskBase* task = task_of(&strand);
    loop_.call_exception_handler(
        ErrorContext(ErrorKind::wrong_loop,
                     "task '" + (task ? task->name() : "?") +
                         "' is attached to a different loop, but this one goes on with it: both use the same lock, "
                         "queue, limiter or group; give each loop its own, or cross with call_soon_threadsafe"));
  }
}

void DebugMode::report_wrong_thread(Strand& strand) noexcept {
  if (wrong_thread_reported_.exchange(true, std::memory_order_relaxed)) return;
  const TaskBase* task = task_of(&strand);
  print_error(ErrorContext(ErrorKind::wrong_loop,
                           "task '" + (task ? task->name() : "?") +
                               "' is woken on a thread that runs no loop, while its own loop runs on another: it may "
                               "sleep for ever; cross with call_soon_threadsafe, or use a ThreadSafeQueue"),
              true);
}

void DebugMode::end_dispatch(Nanos end) noexcept {
  began_.store(end, std::memory_order_relaxed);
  TaskBase* task = current_.task();
  if (!task || task->done()) return;
  TaskExtra& extra = task->extra();
  extra.last_wait = loop_.has_hooks() ? loop_.now() : end;
  if (extra.first_wait == 0) extra.first_wait = extra.last_wait;
}

void DebugMode::report_slow(Nanos begin, Nanos end) noexcept {
  const Nanos took = precise_ ? end - begin : sys::monotonic_now() - begin - coarse_step;  // what it took at least
  if (took < slow_callback()) return;
  loop_.call_exception_handler(ErrorContext(ErrorKind::slow_callback, current_.report(took), current_.to()));
}

// --- cancels ---------------------------------------------------------------------------------------------------------

void DebugMode::note_cancel(TaskBase& task) noexcept {
  if (!task.started() || task.done()) return;
  TaskExtra& extra = task.extra();
  if (extra.cancel_note) return;
  extra.cancel_note = make_owned<CancelNote>(*this, task, loop_.now());
  publish_next_look();
}

void DebugMode::note_ignored_cancel(Strand& strand, Cont waiter) noexcept {
  if (!strand.root.has(TaskBase::kTask) || !strand.root.effective() || shielded(strand)) return;
  auto& task = static_cast<TaskBase&>(strand);
  TaskExtra* extra = task.extra_if_any();
  if (!extra || !extra->cancel_note || ++extra->cancel_note->ignored_ != kIgnoredCancels) return;
  const std::source_location where = innermost_await(waiter);
  loop_.call_exception_handler(ErrorContext(ErrorKind::ignored_cancel,
                                            "task '" + task.name() + "' was cancelled, but goes on: it has ignored " +
                                                std::to_string(kIgnoredCancels) + " cancelled awaits, last at " +
                                                place_text(where) + "; leave the loop when an outcome is cancelled()",
                                            where));
}

void DebugMode::publish_next_look() noexcept {
  const CancelNote* first = cancels_.front();
  next_look_.store(first ? saturating_add(first->at_, loop_.slow_cleanup().count()) : kForever,
                   std::memory_order_relaxed);
}

void DebugMode::look_at_cleanups() noexcept {
  if (cancels_.empty()) return;
  const Nanos now = loop_.now();
  while (cancels_.front() && next_look() <= now) {
    CancelNote& note = *cancels_.pop_front();
    note.listed_in_ = nullptr;
    publish_next_look();
    report_cleanup(note.task_);
  }
}

void DebugMode::report_cleanup(TaskBase& task) noexcept {
  const std::source_location where = place_of(task);
  std::string text =
      "task '" + task.name() + "' is still cleaning up " + seconds(loop_.slow_cleanup().count()) + " after its cancel";
  if (where.line() > 0) text += ", at " + place_text(where);
  loop_.call_exception_handler(ErrorContext(ErrorKind::slow_cleanup, std::move(text), where));
}

void DebugMode::report_never_run(const Owner& owner) noexcept {
  for (Strand* kid = owner.kids.front(); kid; kid = owner.kids.after(*kid)) {
    if (kid->started() || kid->root.effective()) continue;
    loop_.call_exception_handler(ErrorContext(
        ErrorKind::destroyed_pending, "task '" + static_cast<TaskBase&>(*kid).name() +
                                          "' was destroyed pending: it never ran, because its loop ended first; "
                                          "await it before the main task ends"));
  }
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/core/loop_observer.h"

#include "eddy/base/error.h"
#include "eddy/core/any_task.h"
#include "eddy/core/debug_mode.h"
#include "eddy/core/loop.h"
#include "eddy/core/running.h"
#include "eddy/core/task_state.h"
#include "eddy/sys/clock.h"

namespace eddy {

using detail::Nanos;
using detail::running;

void LoopObserver::attach(Loop& loop) {
  detach();
  if (loop.closed_) throw RuntimeError("attach(): event loop is closed");
  const bool first = !loop.observed();
  if (first) loop.turn_ended_at_ = loop.observed_at_ = 0;
  loop.observers_.push_back(*this);
  loop.watchers_ |= Loop::kObservers;
  loop_ = &loop;
  loop.show_tasks(*this);
  show_dispatch(first);
}

void LoopObserver::detach() noexcept {
  if (!loop_) return;
  loop_->observers_.erase(*this);
  if (loop_->observers_.empty()) loop_->watchers_ &= ~Loop::kObservers;
  loop_ = nullptr;
}

template <class Notify>
void Loop::observe(Notify notify) noexcept {
  for (LoopObserver* observer = observers_.front(); observer; observer = observers_.after(*observer)) notify(*observer);
}

namespace {

/// A strand is queued itself only to begin.
detail::Strand* starting(detail::Node& node) noexcept {
  detail::Strand* strand = node.on_behalf();
  return strand == &node ? strand : nullptr;
}

/// Stands for a task that is dispatched for the first time: it tells where its body begins.
class FirstDispatch final : public detail::Node {
 public:
  FirstDispatch(Loop& loop, detail::TaskBase& task) noexcept : loop_(loop), task_(task) {}
  void run() noexcept override { task_.run_observed(loop_); }
  detail::Strand* on_behalf() noexcept override { return &task_; }

 private:
  Loop& loop_;
  detail::TaskBase& task_;
};

}  // namespace

/// One who comes later is told of the tasks that are there; all are told of those that wait to be started by a group.
void Loop::show_tasks(LoopObserver& newcomer) {
  const Nanos at = sys::monotonic_now();
  for (const AnyTask& task : detail::tasks_of(*this)) {
    if (task.state().root.has(detail::TaskBase::kObserved)) {
      newcomer.on_start(task.state(), at);
    } else {
      tell_start(task.state(), at);
    }
  }
}

void Loop::tell_start(detail::Strand& strand, Nanos at) noexcept {
  if (strand.root.has(detail::TaskBase::kObserved)) return;
  strand.root.flags |= detail::TaskBase::kObserved;
  observe([&](LoopObserver& observer) { observer.on_start(strand, at); });
}

void Loop::tell_starts(Nanos at) noexcept {
  starts_.for_each([&](detail::Node& started) { tell_start(static_cast<detail::Strand&>(started), at); });
}

void Loop::tell_begin(detail::TaskBase& task, const std::source_location* body) noexcept {
  observe([&](LoopObserver& observer) { observer.on_begin(task, body); });
}

void Loop::tell_cancel(detail::Strand& strand) noexcept {
  if (!observed()) return;
  observe([&, at = sys::monotonic_now()](LoopObserver& observer) { observer.on_cancel(strand, at); });
}

void Loop::tell_end(detail::Strand& strand, detail::Strand* next) noexcept {
  if (!observed()) return;
  observe([&, at = sys::monotonic_now()](LoopObserver& observer) { observer.on_end(strand, next, at); });
}

/// A task that attaches an observer is in a dispatch already. If that was not observed, its end is seen only when the
/// next one begins, or the turn ends: until then `observed_at_` is negative.
void LoopObserver::show_dispatch(bool first) noexcept {
  if (running.loop != loop_ || !running.strand) return;
  on_dispatch(*running.strand, sys::monotonic_now());
  if (first) loop_->observed_at_ = -1;
}

void LoopObserver::end_unobserved_dispatch(Loop& loop, detail::Node* next) noexcept {
  if (loop.observed_at_ >= 0) return;
  const Nanos at = loop.observed_at_ = sys::monotonic_now();
  if (detail::Strand* strand = next ? starting(*next) : nullptr) loop.tell_start(*strand, at);
  loop.front_.for_each([&](detail::Node& started) { loop.tell_start(static_cast<detail::Strand&>(started), at); });
  loop.tell_starts(at);
  loop.observe([&](LoopObserver& observer) { observer.on_dispatch_end(at); });
}

/// One dispatch begins when the one before ends: half the looks at the clock.
void Loop::dispatch_observed(detail::Node& node) noexcept {
  LoopObserver::end_unobserved_dispatch(*this, &node);
  const Nanos begin = observed_at_ != 0 ? observed_at_ : sys::monotonic_now();
  detail::Strand* strand = starting(node);
  if (strand) tell_start(*strand, begin);  // made before we were observed
  if (strand && strand->root.has(detail::TaskBase::kTask)) {
    FirstDispatch first(*this, static_cast<detail::TaskBase&>(*strand));
    run_observed(first, begin);
  } else {
    run_observed(node, begin);
  }
  observed_at_ = sys::monotonic_now();
  tell_starts(observed_at_);
  observe([&](LoopObserver& observer) { observer.on_dispatch_end(observed_at_); });
}

void Loop::run_observed(detail::Node& node, Nanos begin) noexcept {
  observe([&](LoopObserver& observer) { observer.on_dispatch(node, begin); });
  if (get_debug()) {
    debug_mode_->dispatch(node);
  } else {
    node.run();
  }
}

void Loop::begin_dispatches_observed() noexcept {
  LoopObserver::end_unobserved_dispatch(*this, nullptr);
  observed_at_ = 0;
  if (!starts_.empty()) tell_starts(sys::monotonic_now());
}

void Loop::next_turn_observed() {
  end_turn_observed();
  wait();
  begin_turn_observed();
}

void Loop::end_turn_observed() noexcept {
  LoopObserver::end_unobserved_dispatch(*this, nullptr);
  turn_ended_at_ = sys::monotonic_now();
  observe([&](LoopObserver& observer) { observer.on_turn_end(turn_ended_at_); });
}

void Loop::begin_turn_observed() {
  LoopTurn turn{};
  turn.woke_at = sys::monotonic_now();
  turn.slept_at = turn_ended_at_ != 0 ? turn_ended_at_ : turn.woke_at;
  turn.late = take_in();
  turn.ready = ready_.count(LoopTurn::kReadyMax);
  observe([&](LoopObserver& observer) { observer.on_turn(turn); });
}

void Loop::end_observers() noexcept {
  while (LoopObserver* observer = observers_.front()) {
    observer->detach();
    observer->on_close();
  }
}

}  // namespace eddy

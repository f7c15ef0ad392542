// SPDX-License-Identifier: MIT
#include "eddy/combine/wait.h"

#include <algorithm>

#include "eddy/core/loop.h"

namespace eddy::detail {

void WaitBase::add(const AnyTask& task) {
  if (std::find(tasks_.begin(), tasks_.end(), task) == tasks_.end()) tasks_.push_back(task);
}

void WaitBase::check() const {
  if (tasks_.empty()) throw RuntimeError("wait(): no tasks were given, so there is nothing that could end");
}

bool WaitBase::satisfied() const noexcept {
  bool all_done = true;
  for (const AnyTask& task : tasks_) {
    TaskBase& state = task.state();
    if (!state.done()) {
      all_done = false;
    } else if (until_ == FIRST_COMPLETED) {
      return true;
    } else if (until_ == FIRST_EXCEPTION && (state.failed() || state.was_cancelled())) {
      return true;
    }
  }
  return all_done;
}

Step WaitBase::start(Strand& strand, Cont cont) noexcept {
  if (!begin(strand, cont)) return Step::none();
  if (satisfied() || limit_ <= 0) {
    grant();
    return Step::none();
  }
  for (const AnyTask& task : tasks_) {
    if (!task.done()) ends_.emplace_back(*this, task).watch();
  }
  if (limit_ != kForever) {
    when = saturating_add(running.loop->now(), limit_);
    timed_ = true;
    running.loop->timers().add(*this);
  }
  return Step::none();
}

void WaitBase::let_go() noexcept {
  for (TaskEnd& end : ends_) end.unwatch();
  if (!timed_) return;
  timed_ = false;
  running.loop->timers().remove(*this);
}

void WaitBase::task_ended() noexcept {
  if (!satisfied()) return;
  let_go();
  grant();
}

void WaitBase::fire() noexcept {
  timed_ = false;
  let_go();
  grant();
}

void WaitBase::cancel() noexcept {
  if (state() == kArmed) let_go();
  stop();
}

}  // namespace eddy::detail

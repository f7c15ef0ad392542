// SPDX-License-Identifier: MIT
#include "eddy/combine/wait.h"

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"

namespace eddy::detail {

void WaitBase::check() const {
  if (tasks_.empty()) throw RuntimeError("wait(): no tasks were given, so there is nothing that could end");
}

bool WaitBase::decides(const AnyTask& task) const noexcept {
  return until_ == FIRST_COMPLETED || (until_ == FIRST_EXCEPTION && task.state().failed());
}

bool WaitBase::satisfied() const noexcept {
  bool all_done = true;
  for (const AnyTask& task : tasks_) {
    if (!task.done()) {
      all_done = false;
    } else if (decides(task)) {
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
    if (task.done()) continue;
    ends_.emplace_back(*this, task).watch();
    ++running_;
  }
  if (limit_ != kForever) {
    timed_ = true;
    running.loop->timers().add_after(*this, limit_);
  }
  return Step::none();
}

void WaitBase::let_go() noexcept {
  for (TaskEnd& end : ends_) end.unwatch();
  if (!timed_) return;
  timed_ = false;
  running.loop->timers().remove(*this);
}

void WaitBase::task_ended(const AnyTask& task) noexcept {
  if (--running_ > 0 && !decides(task)) return;
  let_go();
  grant();
}

void WaitBase::describe(OpDescription& to) const {
  to.is("wait");
  for (const AnyTask& task : tasks_) {
    if (!task.done()) to.tasks.push_back(&task.state());
  }
  to.any = until_ != ALL_COMPLETED;
  to.add(to.tasks.size(), "of " + std::to_string(tasks_.size()) + " left");
  if (timed_) to.when = when;
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

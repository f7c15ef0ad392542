// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/core/any_task.h"
#include "eddy/core/node.h"

namespace eddy::detail {

/// Is told when a task ends, at once and without a turn of the loop in between. Touches the task's result in no way.
///
/// Linked into the task's waiters from `watch` until the task ends, `unwatch`, or its own end. Pinned meanwhile.
class Watcher : public Op {
 public:
  explicit Watcher(AnyTask task) noexcept : task_(std::move(task)) {}
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  const AnyTask& task() const noexcept { return task_; }

  void watch() noexcept {
    linked_ = true;
    task_.state().waiters().push_back(*this);
  }
  void unwatch() noexcept {
    if (!linked_) return;
    linked_ = false;
    task_.state().waiters().erase(*this);
  }

  void fire() noexcept final {
    linked_ = false;
    on_end();
  }

 protected:
  ~Watcher() { unwatch(); }
  virtual void on_end() noexcept = 0;

 private:
  AnyTask task_;
  bool linked_ = false;
};

}  // namespace eddy::detail

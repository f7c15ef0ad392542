// SPDX-License-Identifier: MIT
#include "eddy/core/create_task.h"

namespace eddy::detail {

void inherit_context(TaskBase& task) noexcept {
  if (const Context* context = current_context_if_any()) {
    task.root.flags |= TaskBase::kHasContext;
    task.extra().context = Context::ref(const_cast<Context*>(context));
  }
}

void launch_task(Loop& loop, Owner& owner, TaskBase& task) noexcept {
  prepare_task(owner, task);
  loop.start(task);
}

}  // namespace eddy::detail

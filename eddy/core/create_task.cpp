// SPDX-License-Identifier: MIT
#include "eddy/core/create_task.h"

namespace eddy::detail {

void prepare_task(Owner& owner, TaskBase& task) noexcept {
  task.ref();  // the loop's, until it is done
  if (const Context* context = current_context_if_any()) {
    task.extra().context = Context::ref(const_cast<Context*>(context));
  }
  owner.adopt(task);
}

void launch_task(Loop& loop, Owner& owner, TaskBase& task) noexcept {
  prepare_task(owner, task);
  loop.start(task);
}

}  // namespace eddy::detail

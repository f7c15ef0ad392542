// SPDX-License-Identifier: MIT
#include "eddy/core/context.h"

#include "eddy/core/task_state.h"

namespace eddy::detail {
namespace {

/// Values set where no task runs, such as in `main` before `run`.
struct ThreadContext {
  Context* context = nullptr;
  ~ThreadContext() { Context::unref(context); }
};
thread_local ThreadContext outside_of_tasks;

}  // namespace

// Setting the same variable in a loop must not grow the list: a binding only this list sees is replaced in place.
Context* Context::bind(Context* rest, const void* key, Owned<Value> value) {
  for (Context* node = rest; node && __atomic_load_n(&node->refs, __ATOMIC_ACQUIRE) == 1; node = node->rest) {
    if (node->key != key) continue;
    node->value = std::move(value);
    return rest;
  }
  return new Context{key, std::move(value), rest};
}

Context*& current_context() {
  if (TaskBase* task = task_of(running.strand)) {
    task->root.flags |= TaskBase::kHasContext;
    return task->extra().context;
  }
  return outside_of_tasks.context;
}

const Context* current_context_if_any() noexcept {
  if (TaskBase* task = task_of(running.strand)) {
    TaskExtra* extra = task->extra_if_any();
    return extra ? extra->context : nullptr;
  }
  return outside_of_tasks.context;
}

}  // namespace eddy::detail

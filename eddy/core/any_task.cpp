// SPDX-License-Identifier: MIT
#include "eddy/core/any_task.h"

#include "eddy/core/loop.h"

namespace eddy {

std::exception_ptr AnyTask::exception() const {
  detail::TaskBase& task = state();
  if (!task.done()) {
    throw InvalidStateError("exception() of task '" + task.name() + "', which is not done yet: co_await it first");
  }
  if (task.was_cancelled()) throw TaskCancelled(task.cancel_message());
  task.mark_retrieved();
  return task.error();
}

std::vector<std::source_location> AnyTask::stack() const {
  std::vector<std::source_location> awaits;
  const detail::Op* leaf = state().leaf();
  detail::Cont at = leaf ? leaf->continuation().untagged() : detail::Cont();
  while (at) {
    if (at.is_receiver()) {
      at = at.receiver()->continuation().untagged();
    } else {
      awaits.push_back(at.coroutine()->where);
      at = at.coroutine()->parent.untagged();
    }
  }
  return awaits;
}

void AnyTask::throw_empty() {
  throw RuntimeError("this task handle is empty (default-made or moved from): assign one from create_task first");
}

AnyTask current_task() {
  detail::TaskBase* task = detail::task_of(detail::running.strand);
  if (!task) throw RuntimeError("current_task(): no task is running here");
  return AnyTask(task);
}

namespace {

void collect(detail::Owner& from, std::vector<AnyTask>& tasks) {
  std::vector<detail::Owner*> owners{&from};
  while (!owners.empty()) {
    detail::Owner& owner = *owners.back();
    owners.pop_back();
    for (detail::Strand* kid = owner.kids.front(); kid; kid = owner.kids.after(*kid)) {
      if (kid->root.has(detail::TaskBase::kTask)) {
        auto& task = static_cast<detail::TaskBase&>(*kid);
        tasks.emplace_back(&task);
        if (detail::TaskExtra* extra = task.extra_if_any()) owners.push_back(&extra->leftovers);
      }
      for (detail::CancelScope* scope = kid->top(); scope != &kid->root; scope = scope->up) {
        if (scope->has(detail::CancelScope::kOwner)) owners.push_back(static_cast<detail::Owner*>(scope));
      }
    }
  }
}

}  // namespace

std::vector<AnyTask> all_tasks() { return detail::tasks_of(detail::require_loop("all_tasks()")); }

std::vector<AnyTask> detail::tasks_of(Loop& loop) {
  std::vector<AnyTask> tasks;
  auto& root = static_cast<detail::RootOwner&>(loop.root_owner());
  collect(root, tasks);
  for (detail::Detached* object = root.objects.front(); object; object = root.objects.after(*object)) {
    collect(*object, tasks);
  }
  return tasks;
}

}  // namespace eddy

// SPDX-License-Identifier: MIT
#include "eddy/core/watched_dispatch.h"

#include "eddy/core/function_name.h"
#include "eddy/core/promise.h"
#include "eddy/core/scope.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {

std::string place_text(const std::source_location& where) {
  return short_place(where) + " in " + short_function_name(where.function_name());
}

std::source_location place_of(TaskBase& task) {
  const auto stack = AnyTask(&task).stack();
  return stack.empty() ? std::source_location() : stack.front();
}

std::source_location innermost_await(Cont at) noexcept {
  while (at && at.is_receiver()) at = at.receiver()->continuation().untagged();
  return at ? at.coroutine()->where : std::source_location();
}

std::source_location WatchedDispatch::to() const { return task_ ? place_of(*task_) : std::source_location(); }

std::string WatchedDispatch::report(Nanos took) const {
  const std::string ran = " ran " + std::to_string(took / 1'000'000) + " ms without awaiting";
  if (!task_) return "a callback" + ran;
  std::string text = "task '" + task_->name() + "'" + ran + ": from ";
  text += from_.line() > 0 ? place_text(from_) : "its start";
  if (task_->done()) return text + " to its end";
  const std::source_location end = to();
  return text + " to " + (end.line() > 0 ? place_text(end) : "its next await");
}

}  // namespace eddy::detail

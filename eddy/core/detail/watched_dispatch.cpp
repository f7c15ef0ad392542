// SPDX-License-Identifier: MIT
#include "eddy/core/detail/watched_dispatch.h"

#include "eddy/core/function_name.h"
#include "eddy/core/promise.h"
#include "eddy/core/scope.h"
#include "eddy/core/task_state.h"

namespace eddy::detail {
namespace {

std::optional<std::source_location> innermost_await(Cont at) noexcept {
  while (at && at.is_receiver()) at = at.receiver()->continuation().untagged();
  if (!at) return std::nullopt;
  return at.coroutine()->where;
}

std::string place(const std::source_location& where) {
  return short_place(where) + " in " + short_function_name(where.function_name());
}

}  // namespace

WatchedDispatch::WatchedDispatch(Node& node) noexcept {
  Strand* strand = node.on_behalf();
  if (!strand) return;
  task_ = AnyTask(task_of(strand));
  if (const Op* leaf = strand->leaf()) from_ = innermost_await(leaf->continuation().untagged());
}

std::string WatchedDispatch::report(Nanos took) const {
  const std::string ran = " ran " + std::to_string(took / 1'000'000) + " ms without awaiting";
  if (!task_) return "a callback" + ran;
  std::string text = "task '" + task_.name() + "'" + ran + ": from " + (from_ ? place(*from_) : "its start") + " to ";
  if (task_.done()) return text + "its end";
  const auto stack = task_.stack();
  return text + (stack.empty() ? "its next await" : place(stack.front()));
}

}  // namespace eddy::detail

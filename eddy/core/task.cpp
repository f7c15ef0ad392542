// SPDX-License-Identifier: MIT
#include "eddy/core/task.h"

#include <string>

#include "eddy/base/error.h"
#include "eddy/core/function_name.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

void throw_empty_task() {
  throw RuntimeError(
      "this Task was awaited or moved from already: a coroutine runs once; call the function again for another");
}

void report_never_awaited(PromiseBase& promise) noexcept {
  if (!running.loop || !running.loop->get_debug()) return;
  const std::source_location& made = promise.where;
  ErrorContext context(
      ErrorKind::never_awaited,
      "coroutine '" + short_function_name(made.function_name()) + "' (" + short_place(made) + ") was never awaited",
      made);
  running.loop->call_exception_handler(context);
}

}  // namespace eddy::detail

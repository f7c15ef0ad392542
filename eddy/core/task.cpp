// SPDX-License-Identifier: MIT
#include "eddy/core/task.h"

#include <string>

#include "eddy/base/error.h"
#include "eddy/core/debug_mode.h"
#include "eddy/core/function_name.h"
#include "eddy/core/loop.h"

namespace eddy::detail {
namespace {

// Nobody has written down who called the function, but who drops its Task is rarely far from there.
std::string dropped_where(const DebugMode* debug) {
  const std::string place = debug && debug->own_place ? debug->own_place() : std::string();
  return place.empty() ? place : "; dropped " + place;
}

}  // namespace

void throw_empty_task() {
  throw RuntimeError(
      "this Task was awaited or moved from already: a coroutine runs once; call the function again for another");
}

void report_never_awaited(PromiseBase& promise) noexcept {
  if (!running.loop || !running.loop->get_debug()) return;
  const std::source_location& made = promise.where;
  ErrorContext context(ErrorKind::never_awaited,
                       "coroutine '" + short_function_name(made.function_name()) + "' (" + short_place(made) +
                           ") was never awaited" + dropped_where(running.loop->debug_mode()),
                       made);
  running.loop->call_exception_handler(context);
}

}  // namespace eddy::detail

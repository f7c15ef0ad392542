// SPDX-License-Identifier: MIT
#include "eddy/core/task.h"

#include <cstdio>
#include <string>
#include <string_view>

#include "eddy/base/error.h"
#include "eddy/core/loop.h"

namespace eddy::detail {

void throw_empty_task() {
  throw RuntimeError(
      "this Task was awaited or moved from already: a coroutine runs once; call the function again for another");
}

namespace {

/// `fetch` from what source_location calls a coroutine: `eddy::Task<std::string> fetch(int)`.
std::string short_name(std::string name) {
  constexpr std::string_view kNowhere = "(anonymous namespace)::";
  for (std::size_t at = name.find(kNowhere); at != std::string::npos; at = name.find(kNowhere)) {
    name.erase(at, kNowhere.size());
  }
  name = name.substr(0, name.find('('));
  std::size_t space = name.rfind(' ');
  return space == std::string::npos ? name : name.substr(space + 1);
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

void report_never_awaited(PromiseBase& promise) noexcept {
  if (!running.loop || !running.loop->get_debug()) return;
  const std::source_location& made = promise.where;
  ErrorContext context("coroutine '" + short_name(made.function_name()) + "' (" + file_name(made.file_name()) + ":" +
                           std::to_string(made.line()) + ") was never awaited",
                       nullptr);
  running.loop->call_exception_handler(context);
}

}  // namespace eddy::detail

// SPDX-License-Identifier: MIT
#include "eddy/debug/dump_tasks.h"

#include "eddy/core/loop.h"
#include "eddy/debug/detail/snapshot.h"
#include "eddy/debug/detail/tree_json.h"
#include "eddy/debug/detail/tree_text.h"

namespace eddy::debug {

std::string dump_tasks(Loop& loop, const DumpOptions& options) {
  const detail::Snapshot seen = detail::look_at(loop);
  std::string text;
  for (const Deadlock& deadlock : detail::find_deadlocks(seen)) text += deadlock.text + "\n";
  return text + detail::tree_text(seen.nodes, options.all());
}

std::string dump_tasks(const DumpOptions& options) {
  return dump_tasks(eddy::detail::require_loop("dump_tasks()"), options);
}

std::string dump_tasks_json(Loop& loop) { return detail::tree_json(loop, detail::look_at(loop)); }

std::string dump_tasks_json() { return dump_tasks_json(eddy::detail::require_loop("dump_tasks_json()")); }

}  // namespace eddy::debug

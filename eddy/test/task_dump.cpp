// SPDX-License-Identifier: MIT
#include "eddy/test/task_dump.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>
#include <typeinfo>

#include "eddy/core/function_name.h"
#include "eddy/core/loop.h"
#include "eddy/core/promise.h"
#include "eddy/core/task_state.h"

namespace eddy::test {
namespace {

using eddy::detail::CancelScope;
using eddy::detail::Cont;
using eddy::detail::Op;
using eddy::detail::Owner;
using eddy::detail::PromiseBase;
using eddy::detail::Strand;
using eddy::detail::TaskBase;

constexpr std::size_t kFramesMax = 32;
constexpr int kDepthMax = 64;  // of tasks within tasks: the walk is recursive

std::string type_name(const Op& op) {
  const char* mangled = typeid(op).name();
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> plain(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                    &std::free);
  std::string name = plain ? plain.get() : mangled;
  for (std::string_view room : {"eddy::detail::", "eddy::test::detail::", "eddy::"}) {
    if (name.starts_with(room)) name.erase(0, room.size());
  }
  return name.substr(0, name.find('<'));
}

void collect_frames(Cont at, TaskNode& into) {
  while (at) {
    if (at.is_receiver()) {
      at = at.receiver()->continuation().untagged();
      continue;
    }
    const PromiseBase& coroutine = *at.coroutine();
    if (into.frames.size() < kFramesMax) {
      into.frames.push_back(coroutine.where);
    } else {
      ++into.frames_hidden;
    }
    at = coroutine.parent.untagged();
  }
}

std::string state_of(const Strand& strand, bool is_task) {
  if (strand.leaf()) return "waits";
  if (is_task && strand.root.has(TaskBase::kDraining)) return "waits for its abandoned children";
  return strand.started() ? "runs" : "has not started";
}

void collect_kids(const Owner& owner, std::vector<TaskNode>& into, int depth);

TaskNode describe(Strand& strand, int depth) {
  TaskNode node;
  bool is_task = strand.root.has(TaskBase::kTask);
  auto* task = is_task ? static_cast<TaskBase*>(&strand) : nullptr;
  if (task) node.name = task->name();
  node.state = state_of(strand, is_task);
  node.cancelled = strand.top()->effective();
  if (const Op* leaf = strand.leaf()) {
    node.waits_for = type_name(*leaf);
    collect_frames(leaf->continuation().untagged(), node);
  }
  if (depth >= kDepthMax) return node;
  for (const CancelScope* scope = strand.top(); scope != &strand.root; scope = scope->up) {
    if (scope->has(CancelScope::kOwner)) collect_kids(static_cast<const Owner&>(*scope), node.children, depth + 1);
  }
  if (task && task->extra_if_any()) collect_kids(task->extra_if_any()->leftovers, node.children, depth + 1);
  return node;
}

void collect_kids(const Owner& owner, std::vector<TaskNode>& into, int depth) {
  for (Strand* kid = owner.kids.front(); kid; kid = owner.kids.after(*kid)) into.push_back(describe(*kid, depth));
}

void write(const TaskNode& node, const std::string& indent, std::string& out) {
  out += indent + (node.name.empty() ? "branch" : "task '" + node.name + "'") + " " + node.state;
  if (!node.waits_for.empty()) out += " for " + node.waits_for;
  if (node.cancelled) out += " (cancelled)";
  out += "\n";
  for (const std::source_location& at : node.frames) {
    out += indent + "  in " + eddy::detail::short_function_name(at.function_name()) + " at " + at.file_name() + ":" +
           std::to_string(at.line()) + "\n";
  }
  if (node.frames_hidden > 0) out += indent + "  and " + std::to_string(node.frames_hidden) + " more awaits\n";
  for (const TaskNode& child : node.children) write(child, indent + "    ", out);
}

}  // namespace

std::vector<TaskNode> task_tree(Loop& loop) {
  std::vector<TaskNode> tree;
  auto& root = static_cast<eddy::detail::RootOwner&>(loop.root_owner());
  collect_kids(root, tree, 0);
  for (auto* object = root.objects.front(); object; object = root.objects.after(*object))
    collect_kids(*object, tree, 0);
  return tree;
}

std::string format(const std::vector<TaskNode>& tree) {
  std::string out;
  for (const TaskNode& node : tree) write(node, "  ", out);
  return out;
}

std::string dump_tasks(Loop& loop) { return format(task_tree(loop)); }

}  // namespace eddy::test

// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/tree_json.h"

#include <chrono>
#include <string_view>

#include "eddy/base/json_text.h"
#include "eddy/core/op_description.h"
#include "eddy/debug/detail/function_names.h"

namespace eddy::debug::detail {
namespace {

using eddy::detail::address_text;

std::string_view name_of(TaskState state) {
  switch (state) {
    case TaskState::kNotStarted:
      return "not_started";
    case TaskState::kHeld:
      return "held";
    case TaskState::kRunning:
      return "running";
    case TaskState::kReady:
      return "ready";
    case TaskState::kUnwinding:
      return "unwinding";
    case TaskState::kDraining:
      return "draining";
    case TaskState::kWaiting:
      break;
  }
  return "waiting";
}

/// Objects and lists; commas come by themselves.
class Writer {
 public:
  void open(char bracket) {
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  /// Before each element of a list.
  void next() {
    if (!first_) out_ += ",";
    first_ = false;
  }
  void key(std::string_view name) {
    next();
    eddy::detail::append_json_string(out_, name);
    out_ += ":";
  }
  void text(std::string_view value) { eddy::detail::append_json_string(out_, value); }

  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) field(name, value);
  }
  void number(std::string_view name, long long value) {
    key(name);
    out_ += std::to_string(value);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  void milliseconds(std::string_view name, const std::optional<Duration>& value) {
    if (value) number(name, std::chrono::duration_cast<std::chrono::milliseconds>(*value).count());
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool first_ = true;
};

class TreeWriter {
 public:
  explicit TreeWriter(const Snapshot& seen) : seen_(seen) {}

  std::string write(const Loop& loop) {
    to_.open('{');
    to_.field("loop", address_text(&loop));
    to_.key("deadlocks");
    to_.open('[');
    for (const Deadlock& deadlock : find_deadlocks(seen_)) write(deadlock);
    to_.close(']');
    to_.key("tasks");
    to_.open('[');
    for (const TaskNode& node : seen_.nodes) write(node);
    to_.close(']');
    to_.close('}');
    return to_.take();
  }

 private:
  void write(const Deadlock& deadlock) {
    to_.next();
    to_.open('{');
    to_.key("tasks");
    to_.open('[');
    for (const void* task : deadlock.tasks) {
      to_.next();
      to_.text(address_text(task));
    }
    to_.close(']');
    to_.milliseconds("until_ms", deadlock.until);
    to_.field("text", deadlock.text);
    to_.close('}');
  }

  void write(const TaskNode& node) {
    to_.next();
    to_.open('{');
    to_.field("id", address_text(node.address));
    if (node.parent != TaskNode::kNone) to_.field("parent", address_text(seen_.nodes[node.parent].address));
    to_.number("depth", static_cast<long long>(node.depth));
    to_.field("kind", node.branch > 0 ? "branch" : "task");
    if (node.branch > 0) to_.number("number", static_cast<long long>(node.branch));
    to_.field_unless_empty("name", node.name);
    to_.field("state", name_of(node.state));
    to_.flag("cancelled", node.cancelled);
    to_.field_unless_empty("cancel_reason", node.cancel_reason);
    to_.milliseconds("age_ms", node.age);
    to_.milliseconds("waiting_ms", node.waiting);
    to_.milliseconds("timeout_ms", node.timeout_in);
    if (node.waits_for) write(*node.waits_for);
    write_frames(node);
    to_.close('}');
  }

  void write(const WaitsFor& waits_for) {
    to_.key("waits_for");
    to_.open('{');
    to_.field("text", waits_for.text());
    to_.field("what", waits_for.what);
    to_.field_unless_empty("which", waits_for.which);
    to_.field_unless_empty("holder", waits_for.holder);
    to_.field_unless_empty("detail", waits_for.detail);
    to_.milliseconds("ends_in_ms", waits_for.ends_in);
    to_.close('}');
  }

  void write_frames(const TaskNode& node) {
    to_.key("frames");
    to_.open('[');
    for (const std::source_location& at : node.frames) {
      to_.next();
      to_.open('{');
      to_.field("function", function_name_(at));
      to_.field("file", at.file_name());
      to_.number("line", at.line());
      to_.close('}');
    }
    to_.close(']');
    if (node.frames_hidden > 0) to_.number("frames_hidden", static_cast<long long>(node.frames_hidden));
  }

  const Snapshot& seen_;
  Writer to_;
  FunctionNames function_name_;
};

}  // namespace

std::string tree_json(const Loop& loop, const Snapshot& seen) { return TreeWriter(seen).write(loop); }

}  // namespace eddy::debug::detail

// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/tree_text.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "eddy/core/function_name.h"
#include "eddy/debug/detail/function_names.h"
#include "eddy/debug/detail/seconds.h"

namespace eddy::debug::detail {
namespace {

constexpr std::size_t kAlikeShown = 10;
constexpr std::size_t kIndentMax = 20;  // of tasks within tasks; deeper ones are told by a number

using Hash = std::size_t;

void mix(Hash& hash, Hash more) { hash ^= more + 0x9e3779b97f4a7c15U + (hash << 6) + (hash >> 2); }

/// What makes two tasks alike: what they do and where, not who they are and since when.
Hash own_hash(const TaskNode& node) {
  Hash hash = static_cast<Hash>(node.state) * 4 + (node.cancelled ? 2 : 0) + (node.branch > 0 ? 1 : 0);
  if (node.waits_for) mix(hash, std::hash<std::string_view>()(node.waits_for->what));
  for (const std::source_location& at : node.frames) {
    mix(hash, std::hash<const void*>()(at.file_name()));
    mix(hash, at.line());
  }
  return hash;
}

/// Which nodes are printed; of many siblings that are alike, with all below them, the first few.
class Summary {
 public:
  explicit Summary(const std::vector<TaskNode>& nodes) : nodes_(nodes), hashes_(nodes.size()) {
    for (std::size_t i = nodes.size(); i-- > 0;) {
      mix(hashes_[i], own_hash(nodes[i]));
      if (nodes[i].parent != TaskNode::kNone) mix(hashes_[nodes[i].parent], hashes_[i]);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) ++kinds_[kind(i)].count;
  }

  enum class Show : std::uint8_t { kYes, kHowMany, kNo };

  /// Ask once for each, in order.
  Show ask(std::size_t index) {
    Kind& of = kinds_[kind(index)];
    const std::size_t number = of.asked++;
    if (number < kAlikeShown || of.count == kAlikeShown + 1) return Show::kYes;
    return number == kAlikeShown ? Show::kHowMany : Show::kNo;
  }
  std::size_t left_out(std::size_t index) const { return kinds_.at(kind(index)).count - kAlikeShown; }

 private:
  struct Kind {
    std::size_t count = 0;
    std::size_t asked = 0;
  };

  Hash kind(std::size_t index) const {
    Hash key = hashes_[index];
    mix(key, nodes_[index].parent);
    return key;
  }

  const std::vector<TaskNode>& nodes_;
  std::vector<Hash> hashes_;
  std::unordered_map<Hash, Kind> kinds_;
};

class Writer {
 public:
  explicit Writer(const std::vector<TaskNode>& nodes) : nodes_(nodes) {}

  std::string all() {
    for (const TaskNode& node : nodes_) write(node);
    return std::move(out_);
  }

  std::string summed_up() {
    Summary summary(nodes_);
    for (std::size_t i = 0; i < nodes_.size();) {
      const Summary::Show show = summary.ask(i);
      if (show == Summary::Show::kHowMany) write_left_out(nodes_[i], summary.left_out(i));
      if (show == Summary::Show::kYes) write(nodes_[i]);
      i = show == Summary::Show::kYes ? i + 1 : behind(i);
    }
    return std::move(out_);
  }

 private:
  /// The next node that is not below this one.
  std::size_t behind(std::size_t index) const {
    const std::size_t depth = nodes_[index].depth;
    do {
      ++index;
    } while (index < nodes_.size() && nodes_[index].depth > depth);
    return index;
  }

  void write(const TaskNode& node) {
    indent(node);
    out_ += node.title() + " " + node.doing();
    if (node.cancelled)
      out_ += node.cancel_reason.empty() ? " (cancelled)" : " (cancelled: " + node.cancel_reason + ")";
    if (node.timeout_in && *node.timeout_in != timeout_of_parent(node))
      out_ += " (timeout in " + seconds(*node.timeout_in) + ")";
    write_times(node);
    out_ += "\n";
    for (const std::source_location& at : node.frames) write_frame(node, at);
    if (node.frames_hidden == 0) return;
    indent(node);
    out_ += "  and " + std::to_string(node.frames_hidden) + " more awaits\n";
  }

  void write_times(const TaskNode& node) {
    if (!node.age) return;
    out_ += " (";
    if (node.waiting) out_ += "for " + seconds(*node.waiting) + ", ";
    out_ += seconds(*node.age) + " old)";
  }

  void write_frame(const TaskNode& node, const std::source_location& at) {
    indent(node);
    out_ += "  in " + function_name_(at) + " at " + at.file_name() + ":" + std::to_string(at.line()) + "\n";
  }

  void write_left_out(const TaskNode& node, std::size_t count) {
    indent(node);
    out_ += "… and " + grouped(count) + " more like it: ";
    out_ += node.waits_for ? node.waits_for->what : node.title() + " " + node.doing();
    if (!node.frames.empty()) {
      const std::source_location& at = node.frames.front();
      out_ += " in " + function_name_(at) + " at " + eddy::detail::short_place(at);
    }
    out_ += "\n";
  }

  const TaskNode* parent_of(const TaskNode& node) const {
    return node.parent == TaskNode::kNone ? nullptr : &nodes_[node.parent];
  }

  std::optional<Duration> timeout_of_parent(const TaskNode& node) const {
    const TaskNode* parent = parent_of(node);
    return parent ? parent->timeout_in : std::nullopt;
  }

  void indent(const TaskNode& node) {
    out_.append(2 + 4 * std::min(node.depth, kIndentMax), ' ');
    if (node.depth > kIndentMax) out_ += "[" + std::to_string(node.depth) + "] ";
  }

  /// 9,990
  static std::string grouped(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
    return text;
  }

  const std::vector<TaskNode>& nodes_;
  std::string out_;
  FunctionNames function_name_;
};

}  // namespace

std::string tree_text(const std::vector<TaskNode>& nodes, bool all) {
  Writer writer(nodes);
  return all ? writer.all() : writer.summed_up();
}

}  // namespace eddy::debug::detail

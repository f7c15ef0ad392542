// SPDX-License-Identifier: MIT
//
// A depth-first search with a stack of its own. Of cycles that share tasks one is reported: it says why they all hang.
#include <algorithm>
#include <string>

#include "eddy/debug/detail/seconds.h"
#include "eddy/debug/detail/snapshot.h"

namespace eddy::debug::detail {
namespace {

constexpr std::size_t kMembersMax = 20;

class Search {
 public:
  explicit Search(const Snapshot& seen)
      : seen_(seen), marks_(seen.nodes.size(), Mark::kNew), reported_(seen.nodes.size()) {}

  std::vector<Deadlock> run() {
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      if (marks_[i] == Mark::kNew) from(i);
    }
    return std::move(found_);
  }

 private:
  enum class Mark : unsigned char { kNew, kOnPath, kDone };
  struct Step {
    std::size_t node;
    std::size_t next = 0;  ///< of its needs, the one to look at
  };

  void from(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Step& top = path_.back();
      const auto& needs = seen_.needs[top.node];
      if (top.next == needs.size()) {
        marks_[top.node] = Mark::kDone;
        path_.pop_back();
      } else if (const std::size_t next = needs[top.next++]; marks_[next] == Mark::kNew) {
        enter(next);
      } else if (marks_[next] == Mark::kOnPath) {
        report(next);
      }
    }
  }

  void enter(std::size_t node) {
    marks_[node] = Mark::kOnPath;
    path_.push_back({node});
  }

  /// The path from `first` to its end is a cycle.
  void report(std::size_t first) {
    std::vector<std::size_t> cycle;
    for (auto step = path_.rbegin(); cycle.empty() || cycle.back() != first; ++step) cycle.push_back(step->node);
    if (std::any_of(cycle.begin(), cycle.end(), [this](std::size_t node) { return reported_[node]; })) return;
    for (const std::size_t node : cycle) reported_[node] = true;
    std::reverse(cycle.begin(), cycle.end());
    found_.push_back(describe(cycle));
  }

  Deadlock describe(const std::vector<std::size_t>& cycle) const {
    Deadlock deadlock;
    std::size_t breaker = cycle[0];
    for (const std::size_t node : cycle) {
      deadlock.tasks.push_back(seen_.nodes[node].address);
      const auto ends = end_of(seen_.nodes[node]);
      if (!ends || (deadlock.until && *deadlock.until <= *ends)) continue;
      deadlock.until = ends;
      breaker = node;
    }
    deadlock.text = "deadlock";
    if (deadlock.until)
      deadlock.text += " until the timeout of " + title_of(seen_.nodes, breaker) + " in " + seconds(*deadlock.until);
    deadlock.text += ": " + members_text(cycle);
    return deadlock;
  }

  std::string members_text(const std::vector<std::size_t>& cycle) const {
    std::string text;
    for (std::size_t i = 0; i < std::min(cycle.size(), kMembersMax); ++i) {
      if (i > 0) text += "; ";
      text += title_of(seen_.nodes, cycle[i]) + " " + doing(cycle[i], cycle[(i + 1) % cycle.size()]);
    }
    if (cycle.size() > kMembersMax) text += "; and so on, " + std::to_string(cycle.size()) + " in all";
    return text;
  }

  static std::optional<Duration> end_of(const TaskNode& node) {
    std::optional<Duration> end = node.timeout_in;
    if (node.waits_for && node.waits_for->ends_in && (!end || *node.waits_for->ends_in < *end))
      end = node.waits_for->ends_in;
    return end;
  }

  /// Names the next one where the node's own words do not.
  std::string doing(std::size_t index, std::size_t next) const {
    const TaskNode& node = seen_.nodes[index];
    if (node.waits_for && (!node.waits_for->holder.empty() || node.waits_for->what == "task")) return node.doing();
    return node.doing() + ", among them " + title_of(seen_.nodes, next);
  }

  const Snapshot& seen_;
  std::vector<Mark> marks_;
  std::vector<bool> reported_;
  std::vector<Step> path_;
  std::vector<Deadlock> found_;
};

}  // namespace

std::vector<Deadlock> find_deadlocks(const Snapshot& seen) { return Search(seen).run(); }

}  // namespace eddy::debug::detail

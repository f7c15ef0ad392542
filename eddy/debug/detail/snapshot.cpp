// SPDX-License-Identifier: MIT
//
// Two passes. The first walks from owner to children with a stack of its own, parents first, and asks each operation
// that somebody waits at to describe itself. Only then is it known who lives: the second finds those whom the
// descriptions point at.
#include "eddy/debug/detail/snapshot.h"

#include <algorithm>
#include <typeindex>
#include <unordered_map>
#include <utility>

#include "eddy/core/loop.h"
#include "eddy/core/op_description.h"
#include "eddy/core/promise.h"
#include "eddy/core/task_state.h"
#include "eddy/debug/detail/type_name.h"
#include "eddy/time/timeout.h"

namespace eddy::debug::detail {
namespace {

using eddy::detail::CancelScope;
using eddy::detail::Cont;
using eddy::detail::kForever;
using eddy::detail::Nanos;
using eddy::detail::Op;
using eddy::detail::OpDescription;
using eddy::detail::Owner;
using eddy::detail::Strand;
using eddy::detail::Taker;
using eddy::detail::TaskBase;

/// What may end a strand from around it; shields keep both off.
struct Ends {
  Nanos deadline = kForever;  ///< of the timeouts
  bool by_race = false;       ///< it is part of a race, which another branch may win
};

/// What the second pass needs to know about a node.
struct Found {
  Found(Strand* of, const Owner* by) noexcept : strand(of), owner(by) {}

  Strand* strand;
  const Owner* owner;
  Taker taker;
  bool taken = false;
  const Owner* children = nullptr;  ///< it waits for all of these
  const Owner* racers = nullptr;    ///< for one of these, which then ends the others
  bool by_race = false;
  std::vector<const Strand*> tasks;  ///< and for all of these
};

class Walk {
 public:
  explicit Walk(Loop& loop) : loop_(loop), now_(loop.now()) {}

  Snapshot run() {
    auto& root = static_cast<eddy::detail::RootOwner&>(loop_.root_owner());
    for (auto* object = root.objects.back(); object;
         object = object == root.objects.front() ? nullptr : object->ring_prev()) {
      push_kids(*object, TaskNode::kNone, {});
    }
    push_kids(root, TaskNode::kNone, {});
    while (!todo_.empty()) {
      const Todo next = todo_.back();
      todo_.pop_back();
      visit(next);
    }
    resolve();
    return std::move(seen_);
  }

 private:
  struct Todo {
    Strand* strand;
    const Owner* owner;
    std::size_t parent;
    Ends ends;  ///< around its owner
    std::size_t number;
  };

  /// Last first, so that the first is visited first.
  void push_kids(const Owner& owner, std::size_t parent, Ends ends) {
    const std::size_t begin = todo_.size();
    for (Strand* kid = owner.kids.front(); kid; kid = owner.kids.after(*kid)) {
      todo_.push_back({kid, &owner, parent, ends, todo_.size() - begin + 1});
    }
    std::reverse(todo_.begin() + static_cast<std::ptrdiff_t>(begin), todo_.end());
  }

  void visit(const Todo& todo) {
    const std::size_t index = seen_.nodes.size();
    TaskNode& node = seen_.nodes.emplace_back();
    Found& found = found_.emplace_back(todo.strand, todo.owner);
    Strand& strand = *todo.strand;
    node.parent = todo.parent;
    node.depth = todo.parent == TaskNode::kNone ? 0 : seen_.nodes[todo.parent].depth + 1;
    node.address = &strand;
    node.cancelled = strand.root.effective() || strand.top()->effective();
    if (!strand.root.has(TaskBase::kTask)) node.branch = todo.number;
    node.state = state_of(strand);
    if (node.branch == 0) describe_task(static_cast<TaskBase&>(strand), node, found);
    if (const Op* leaf = strand.leaf()) describe_leaf(*leaf, node, found);
    const Ends ends = visit_scopes(strand, index, todo.ends);
    if (ends.deadline != kForever) node.timeout_in = left(ends.deadline);
    found.by_race = ends.by_race;
  }

  static TaskState state_of(const Strand& strand) {
    if (const Op* leaf = strand.leaf()) {
      if (leaf->state() == Op::kReady) return TaskState::kReady;
      return leaf->state() == Op::kStopped ? TaskState::kUnwinding : TaskState::kWaiting;
    }
    const bool is_task = strand.root.has(TaskBase::kTask);
    if (is_task && strand.root.has(TaskBase::kDraining)) return TaskState::kDraining;
    if (strand.started()) return TaskState::kRunning;
    return is_task && strand.root.has(TaskBase::kHeld) ? TaskState::kHeld : TaskState::kNotStarted;
  }

  void describe_task(const TaskBase& task, TaskNode& node, Found& found) const {
    node.name = task.name();
    const eddy::detail::TaskExtra* extra = task.extra_if_any();
    if (!extra) return;
    node.cancel_reason = extra->cancel_reason;
    if (node.state == TaskState::kDraining) found.children = &extra->leftovers;
    if (extra->first_wait == 0) return;
    node.age = Duration(std::max<Nanos>(now_ - extra->first_wait, 0));
    if (node.state == TaskState::kWaiting) node.waiting = Duration(std::max<Nanos>(now_ - extra->last_wait, 0));
  }

  void describe_leaf(const Op& leaf, TaskNode& node, Found& found) {
    collect_frames(leaf.continuation().untagged(), node);
    if (node.state != TaskState::kWaiting) return;  // what it waited for may be gone
    OpDescription told;
    leaf.describe(told);
    if (told.what.empty()) told.what = type_name(leaf);
    WaitsFor& waits_for = node.waits_for.emplace();
    waits_for.what = std::move(told.what);
    waits_for.which = std::move(told.which);
    waits_for.detail = std::move(told.detail);
    if (told.when != kForever) waits_for.ends_in = left(told.when);
    note_edges(told, found);
  }

  static void note_edges(OpDescription& told, Found& found) {
    found.taken = told.taker != nullptr;
    if (told.taker) found.taker = *told.taker;
    const bool sure = !told.any || told.tasks.size() == 1;
    if (sure) found.tasks = std::move(told.tasks);
    const bool lonely = told.children && told.children->kids.front() == told.children->kids.back();
    (told.any && !lonely ? found.racers : found.children) = told.children;
  }

  static void collect_frames(Cont at, TaskNode& into) {
    while (at) {
      if (at.is_receiver()) {
        at = at.receiver()->continuation().untagged();
        continue;
      }
      const eddy::detail::PromiseBase& coroutine = *at.coroutine();
      if (into.frames.size() < TaskNode::kFramesMax) {
        into.frames.push_back(coroutine.where);
      } else {
        ++into.frames_hidden;
      }
      at = coroutine.parent.untagged();
    }
  }

  /// From the outermost scope to the innermost, because deadlines count inwards. Returns what may end the strand.
  Ends visit_scopes(Strand& strand, std::size_t index, Ends ends) {
    if (strand.root.has(TaskBase::kTask)) {
      if (auto* extra = static_cast<TaskBase&>(strand).extra_if_any()) push_kids(extra->leftovers, index, {});
    }
    scopes_.clear();
    for (CancelScope* scope = strand.top(); scope != &strand.root; scope = scope->up) scopes_.push_back(scope);
    for (; !scopes_.empty(); scopes_.pop_back()) {
      CancelScope& scope = *scopes_.back();
      if (scope.has(CancelScope::kShield)) ends = {};
      if (scope.has(CancelScope::kTimed) && !scope.effective()) {
        ends.deadline = std::min(ends.deadline, deadline_of(scope));
      }
      if (scope.has(CancelScope::kOwner)) push_kids_of(static_cast<Owner&>(scope), index, ends);
    }
    return ends;
  }

  void push_kids_of(const Owner& owner, std::size_t index, Ends ends) {
    if (found_[index].racers == &owner) ends.by_race = true;
    push_kids(owner, index, ends);
  }

  static Nanos deadline_of(CancelScope& scope) { return eddy::detail::to_nanos(eddy::detail::deadline_of(scope)); }

  /// Of a deadline, or of a delay (negated) that counts from the end of this turn.
  Duration left(Nanos when) const { return Duration(when < 0 ? -when : std::max<Nanos>(when - now_, 0)); }

  /// Op types are few.
  const std::string& type_name(const Op& op) {
    std::string& name = type_names_[std::type_index(typeid(op))];
    if (name.empty()) name = detail::type_name(typeid(op));
    return name;
  }

  // --- second pass ---

  void resolve() {
    std::unordered_map<const Strand*, std::size_t> living;
    living.reserve(found_.size());
    for (std::size_t i = 0; i < found_.size(); ++i) living.emplace(found_[i].strand, i);
    seen_.needs.resize(found_.size());
    for (std::size_t i = 0; i < found_.size(); ++i) {
      for (const Strand* task : found_[i].tasks) {
        if (auto it = living.find(task); it != living.end()) seen_.needs[i].push_back(it->second);
      }
      if (found_[i].taken) resolve_taker(i, living);
      if (found_[i].by_race) seen_.needs[i].clear();
      const std::size_t parent = seen_.nodes[i].parent;
      if (parent != TaskNode::kNone && found_[parent].children == found_[i].owner) seen_.needs[parent].push_back(i);
    }
  }

  void resolve_taker(std::size_t index, const std::unordered_map<const Strand*, std::size_t>& living) {
    const Found& found = found_[index];
    std::string& holder = seen_.nodes[index].waits_for->holder;
    const auto it = living.find(found.taker.address());
    if (it != living.end() && found.taker.is(*it->first)) {
      holder = "held by " + (it->second == index ? std::string("itself") : title_of(seen_.nodes, it->second));
      seen_.needs[index].push_back(it->second);
    } else {
      holder = found.taker.unknown() ? "held by code outside of tasks" : "held by a task that has ended";
    }
  }

  Loop& loop_;
  Nanos now_;
  eddy::detail::OnLoop on_loop_{loop_};  // a timeout that is asked for its deadline asks the loop
  Snapshot seen_;
  std::vector<Found> found_;
  std::vector<Todo> todo_;
  std::vector<CancelScope*> scopes_;
  std::unordered_map<std::type_index, std::string> type_names_;
};

}  // namespace

Snapshot look_at(Loop& loop) { return Walk(loop).run(); }

std::string title_of(const std::vector<TaskNode>& nodes, std::size_t index) {
  std::string title = nodes[index].title();
  if (nodes[index].branch == 0) return title;
  while (index != TaskNode::kNone && nodes[index].branch > 0) index = nodes[index].parent;
  return index == TaskNode::kNone ? title : title + " of " + nodes[index].title();
}

}  // namespace eddy::debug::detail

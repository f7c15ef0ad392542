// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/task_ledger.h"

#include <algorithm>
#include <new>
#include <string_view>
#include <utility>

#include "eddy/core/function_name.h"

namespace eddy::debug::detail {

using eddy::detail::short_function_name;
using eddy::detail::short_place;
using eddy::detail::TaskExtra;

namespace {

std::string name_of(const TaskBase& task) {
  const TaskExtra* extra = task.extra_if_any();
  return extra ? extra->name : std::string();
}

/// Lambdas of one function have the same name.
bool same_function(const std::source_location& a, const std::source_location& b) noexcept {
  if (a.line() != b.line()) return false;
  return a.function_name() == b.function_name() || std::string_view(a.function_name()) == b.function_name();
}

bool same_function(const TaskLedger::Where& a, const TaskLedger::Where& b) noexcept {
  return a && b ? same_function(*a, *b) : a.has_value() == b.has_value();
}

std::string function_text(const TaskLedger::Where& body) {
  return body ? short_function_name(body->function_name()) : std::string();
}

std::string file_and_line(const TaskLedger::Where& body) { return body ? short_place(*body) : std::string(); }

}  // namespace

void TaskLedger::Use::add(const Use& other) noexcept {
  busy += other.busy;
  dispatches += other.dispatches;
  tasks += other.tasks;
}

bool TaskLedger::Entry::same_kind(const Entry& other) const noexcept {
  return same_function(body, other.body) && same_function(spawner, other.spawner);
}

void TaskLedger::start(const TaskBase& task, const Where& spawner, Nanos at) noexcept {
  Entry* entry = live_.insert(&task);
  if (!entry) {
    ++live_untold_;
    ++others_.tasks;
    return;
  }
  entry->started = at;
  entry->spawner = spawner;
  entry->use.tasks = 1;
}

void TaskLedger::set_body(const TaskBase& task, const std::source_location& body) noexcept {
  if (Entry* entry = live_.find(&task)) entry->body = body;
}

TaskLedger::Where TaskLedger::body(const TaskBase& task) noexcept {
  const Entry* entry = live_.find(&task);
  return entry ? entry->body : std::nullopt;
}

bool TaskLedger::knows_body(const TaskBase& task) noexcept {
  const Entry* entry = live_.find(&task);
  return !entry || entry->body;
}

void TaskLedger::charge(const TaskBase* task, Nanos took) noexcept {
  Entry* entry = task ? live_.find(task) : nullptr;
  Use& use = entry ? entry->use : task ? others_ : callbacks_;
  use.busy += took;
  ++use.dispatches;
}

void TaskLedger::end(const TaskBase& task) noexcept {
  const Entry* entry = live_.find(&task);
  if (!entry) {
    if (live_untold_ > 0) --live_untold_;
    return;
  }
  settle(task, *entry);
  live_.erase(&task);
}

std::uint64_t TaskLedger::end_all() noexcept {
  const std::uint64_t lived = live_.size() + std::exchange(live_untold_, 0);
  live_.for_each([&](const void* task, const Entry& entry) { settle(*static_cast<const TaskBase*>(task), entry); });
  live_.clear();
  return lived;
}

void TaskLedger::settle(const TaskBase& task, const Entry& entry) noexcept {
  try {
    row_of(task, entry).add(entry.use);
  } catch (const std::bad_alloc&) {  // for its name
    others_.add(entry.use);
  }
}

TaskLedger::Use& TaskLedger::row_of(const TaskBase& task, const Entry& entry) {
  const std::string name = name_of(task);
  if (!name.empty()) return row_of_name(name, entry.body);
  return entry.body ? row_of_kind(*entry.body) : others_;
}

TaskLedger::Use& TaskLedger::row_of_name(const std::string& name, const Where& body) {
  const auto found = std::ranges::find(names_, name, &Named::name);
  if (found != names_.end()) return found->use;
  if (names_.size() < kNamesMax) return names_.emplace_back(name, body, Use()).use;
  const auto least = std::ranges::min_element(names_, {}, [](const Named& named) { return named.use.busy; });
  others_.add(least->use);
  *least = Named{name, body, Use()};
  return least->use;
}

TaskLedger::Use& TaskLedger::row_of_kind(const std::source_location& body) {
  // What is looked for often moves to the front.
  const auto found = std::ranges::find_if(kinds_, [&](const Kind& kind) { return same_function(kind.body, body); });
  if (found != kinds_.end()) {
    if (found == kinds_.begin()) return found->use;
    std::iter_swap(found, found - 1);
    return (found - 1)->use;
  }
  return kinds_.size() < kKindsMax ? kinds_.emplace_back(body, Use()).use : others_;
}

/// A template's functions look alike.
std::vector<TaskLedger::ShownKind> TaskLedger::shown_kinds() const {
  std::vector<ShownKind> shown;
  for (const Kind& kind : kinds_) {
    ShownKind row{function_text(kind.body), file_and_line(kind.body), kind.use};
    const auto same = std::ranges::find_if(
        shown, [&](const ShownKind& other) { return other.function == row.function && other.place == row.place; });
    if (same != shown.end()) {
      same->use.add(row.use);
    } else {
      shown.push_back(std::move(row));
    }
  }
  return shown;
}

std::vector<TaskUse> TaskLedger::busiest(std::size_t n) const {
  TaskLedger ended;  // a copy in which all have ended
  ended.kinds_ = kinds_;
  ended.names_ = names_;
  ended.others_ = others_;
  live_.for_each(
      [&](const void* task, const Entry& entry) { ended.settle(*static_cast<const TaskBase*>(task), entry); });
  std::vector<TaskUse> uses;
  const auto add = [&](std::string name, std::string function, std::string place, const Use& use) {
    if (use.dispatches == 0 && use.tasks == 0) return;
    uses.push_back(
        {std::move(name), std::move(function), std::move(place), Duration(use.busy), use.dispatches, use.tasks});
  };
  for (const ShownKind& kind : ended.shown_kinds()) {
    add("", kind.function, kind.place, kind.use);
  }
  for (const Named& named : ended.names_)
    add(named.name, function_text(named.body), file_and_line(named.body), named.use);
  add("", "callbacks", "", callbacks_);
  add("", "others", "", ended.others_);
  std::ranges::sort(uses, std::ranges::greater(), &TaskUse::busy);
  if (uses.size() > n) uses.resize(n);
  return uses;
}

std::vector<LiveTasks> TaskLedger::live(Nanos now) const {
  struct Row {
    const Entry* first;
    std::uint64_t count;
    Nanos started;
  };
  std::vector<Row> rows;
  live_.for_each([&](const void*, const Entry& entry) {
    const auto same = std::ranges::find_if(rows, [&](const Row& row) { return entry.same_kind(*row.first); });
    if (same == rows.end()) return rows.push_back({&entry, 1, entry.started});
    ++same->count;
    same->started = std::min(same->started, entry.started);
  });
  std::ranges::sort(rows, {}, &Row::started);
  std::vector<LiveTasks> live;
  for (const Row& row : rows) {
    live.push_back({function_text(row.first->body), file_and_line(row.first->body), function_text(row.first->spawner),
                    row.count, Duration(now - row.started)});
  }
  if (live_untold_ > 0) live.push_back({"others", "", "", live_untold_, Duration::zero()});
  return live;
}

}  // namespace eddy::debug::detail

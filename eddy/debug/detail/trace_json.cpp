// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/trace_json.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "eddy/base/json_text.h"
#include "eddy/core/function_name.h"
#include "eddy/core/watched_dispatch.h"

namespace eddy::debug::detail {
namespace {

std::string json(std::string_view text) {
  std::string out;
  eddy::detail::append_json_string(out, text);
  return out;
}

/// Microseconds, as the format wants them, to the nanosecond.
void append_micros(std::string& out, Nanos span) {
  char text[32];
  span = std::max<Nanos>(span, 0);
  std::snprintf(text, sizeof text, "%lld.%03d", static_cast<long long>(span / 1000), static_cast<int>(span % 1000));
  out += text;
}

const char* outcome_text(std::uint64_t outcome) {
  switch (static_cast<TaskOutcome>(outcome)) {
    case TaskOutcome::value:
      return "value";
    case TaskOutcome::cancelled:
      return "cancelled";
    case TaskOutcome::failed:
      return "error";
    case TaskOutcome::lives:
      break;
  }
  return "still alive";
}

bool starts(TraceKind kind) noexcept { return kind == TraceKind::first_run || kind == TraceKind::only_run; }
bool ends(TraceKind kind) noexcept { return kind == TraceKind::last_run || kind == TraceKind::only_run; }

}  // namespace

void TraceJson::append(std::string& out, const TraceChunk& chunk, const TraceEvent& event) {
  if (event.kind <= TraceKind::callback) {
    append_slice(out, chunk, event);
  } else {
    append_mark(out, chunk, event);
  }
}

/// {"ph":"X","cat":"run","name":"fetch","pid":1,"tid":3,"ts":12.345
void TraceJson::append_head(std::string& out, const TraceEvent& event, std::uint32_t loop, const char* phase,
                            const char* category, const std::string& name) {
  out += R"({"ph":")";
  out += phase;
  if (*category != '\0') out.append(R"(","cat":")").append(category);
  out.append(R"(","name":)").append(name);
  out.append(R"(,"pid":)").append(std::to_string(loop)).append(R"(,"tid":)").append(std::to_string(event.track));
  out += R"(,"ts":)";
  append_time(out, event.at);
}

void TraceJson::append_slice(std::string& out, const TraceChunk& chunk, const TraceEvent& event) {
  const auto head = [&](const char* category, const std::string& name) {
    append_head(out, event, chunk.loop, "X", category, name);
    out += R"(,"dur":)";
    append_micros(out, event.took);
  };
  switch (event.kind) {
    case TraceKind::wait:
      head("wait", wait(event.wait));
      out.append(R"(,"args":{"at":)").append(place(event.from)).append("}}");
      return;
    case TraceKind::task:
      head("task", json(chunk.text_of(event)));
      out.append(R"(,"args":{"body":)").append(place(event.from));
      out.append(R"(,"ended in":")").append(outcome_text(event.value)).append("\"}}");
      return;
    case TraceKind::turn:
      head("loop", R"("turn")");
      out.append(R"(,"args":{"dispatches":)").append(std::to_string(event.value)).append("}}");
      return;
    case TraceKind::sleep:
      head("loop", R"("sleep")");
      out += '}';
      return;
    case TraceKind::callback:
      head("loop", R"("callback")");
      out += '}';
      return;
    default:
      head("run", function(event.from));
      out.append(R"(,"args":{"from":)").append(starts(event.kind) ? R"("its start")" : place(event.from));
      out.append(R"(,"to":)").append(ends(event.kind) ? R"("its end")" : place(event.to)).append("}}");
  }
}

void TraceJson::append_mark(std::string& out, const TraceChunk& chunk, const TraceEvent& event) {
  const auto instant = [&](const char* name) {
    append_head(out, event, chunk.loop, "i", "event", name);
    out.append(R"(,"s":"t","args":{"text":)").append(json(chunk.text_of(event))).append("}}");
  };
  const auto arrow = [&](const char* phase) {
    append_head(out, event, chunk.loop, phase, "spawn", R"("starts")");
    out.append(R"(,"bp":"e","id":)").append(std::to_string(event.value)).append("}");
  };
  const auto counter = [&](const char* name) {
    append_head(out, event, chunk.loop, "C", "", name);
    out.append(R"(,"args":{"count":)").append(std::to_string(event.value)).append("}}");
  };
  const auto naming = [&](const char* what) {
    append_head(out, event, chunk.loop, "M", "", what);
    out.append(R"(,"args":{"name":)").append(json(chunk.text_of(event))).append("}}");
  };
  switch (event.kind) {
    case TraceKind::cancel:
      return instant(R"("cancel")");
    case TraceKind::cancelled:
      return instant(R"("was cancelled")");
    case TraceKind::failed:
      return instant(R"("error")");
    case TraceKind::spawn:
      return arrow("s");
    case TraceKind::spawned:
      return arrow("f");
    case TraceKind::ready:
      return counter(R"("ready")");
    case TraceKind::tasks:
      return counter(R"("tasks")");
    case TraceKind::loop_name:
      return naming(R"("process_name")");
    default:
      return naming(R"("thread_name")");
  }
}

void TraceJson::append_time(std::string& out, Nanos at) const { append_micros(out, at - begin_); }

const std::string& TraceJson::function(const std::source_location& where) {
  std::string& text = functions_[where.function_name()];
  if (text.empty()) {
    text = json(where.line() > 0 ? eddy::detail::short_function_name(where.function_name()) : std::string("run"));
  }
  return text;
}

const std::string& TraceJson::place(const std::source_location& where) {
  std::string& text = places_[{where.function_name(), std::uint64_t{where.line()}}];
  if (text.empty()) text = json(where.line() > 0 ? eddy::detail::place_text(where) : std::string());
  return text;
}

const std::string& TraceJson::wait(WaitName name) {
  std::string& text = waits_[name.key()];
  if (text.empty()) text = json("await " + name.text());
  return text;
}

}  // namespace eddy::debug::detail

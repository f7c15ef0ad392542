// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <source_location>
#include <string>
#include <utility>

#include "eddy/debug/detail/trace_event.h"

namespace eddy::debug::detail {

/// Trace events as text, in the Trace Event Format's array form. A loop is a process there, a track a thread.
class TraceJson {
 public:
  /// Times count from `begin`.
  explicit TraceJson(Nanos begin) : begin_(begin) {}

  /// Appends one JSON object.
  void append(std::string& out, const TraceChunk& chunk, const TraceEvent& event);

 private:
  void append_head(std::string& out, const TraceEvent& event, std::uint32_t loop, const char* phase,
                   const char* category, const std::string& name);
  void append_slice(std::string& out, const TraceChunk& chunk, const TraceEvent& event);
  void append_mark(std::string& out, const TraceChunk& chunk, const TraceEvent& event);
  void append_time(std::string& out, Nanos at) const;
  const std::string& function(const std::source_location& where);
  const std::string& place(const std::source_location& where);
  const std::string& wait(WaitName name);

  Nanos begin_;
  // Places in the code, and types, do not go away, and there are only so many: as text they are looked up. The names
  // are JSON already.
  std::map<const char*, std::string> functions_;
  std::map<std::pair<const char*, std::uint64_t>, std::string> places_;
  std::map<const void*, std::string> waits_;
};

}  // namespace eddy::debug::detail

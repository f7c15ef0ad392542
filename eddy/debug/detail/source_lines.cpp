// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/source_lines.h"

#include <charconv>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "eddy/sys/child.h"
#include "eddy/sys/clock.h"
#include "eddy/sys/fd.h"

namespace eddy::debug::detail {
namespace {

constexpr sys::Nanos kPatience = 2'000'000'000;
constexpr int kSliceMs = 20;
constexpr const char* kTools[][2] = {{"addr2line", "-C"}, {"llvm-symbolizer", "--output-style=GNU"}};

std::string hex(std::uintptr_t address) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%zx", static_cast<std::size_t>(address));
  return text;
}

sys::ChildPlan plan(const char* const (&tool)[2], const std::string& path, int output) {
  sys::ChildPlan plan;
  plan.program = tool[0];
  plan.arguments = {tool[0], tool[1], "-f", "-i", "-a", "-e", path};
  plan.descriptors = {-1, output, -1};
  return plan;
}

/// Everything up to the end; empty if that did not come in time.
std::string read_all(int from, FunctionRef<bool()> go_on) {
  const sys::Nanos deadline = sys::monotonic_now() + kPatience;
  std::string text;
  char piece[4096];
  while (go_on() && sys::monotonic_now() < deadline) {
    pollfd ready{from, POLLIN, 0};
    if (::poll(&ready, 1, kSliceMs) <= 0) continue;
    const ssize_t count = ::read(from, piece, sizeof piece);
    if (count <= 0) return text;
    text.append(piece, static_cast<std::size_t>(count));
  }
  return {};
}

std::string run(sys::ChildPlan& tool, sys::Fd& reading, sys::Fd& writing, FunctionRef<bool()> go_on) {
  const sys::Child child(tool);
  writing.reset();
  return read_all(reading.get(), go_on);
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// "/src/app.cpp:40 (discriminator 3)", "??:?".
void read_place(std::string_view text, SourceLine& into) {
  const std::size_t colon = text.rfind(':', text.find(" (discriminator"));
  if (colon == text.npos) return;
  const std::string_view number = text.substr(colon + 1);
  std::from_chars(number.data(), number.data() + number.size(), into.line);
  if (into.line > 0) into.file = text.substr(0, colon);
}

}  // namespace

std::vector<std::vector<SourceLine>> parse_source_lines(const std::string& text) {
  std::vector<std::vector<SourceLine>> all;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = next_line(rest);
    if (line.starts_with("0x")) {
      all.emplace_back();
    } else if (!all.empty()) {
      SourceLine& found = all.back().emplace_back();
      if (line != "??") found.function = line;
      read_place(next_line(rest), found);
    }
  }
  return all;
}

std::vector<std::vector<SourceLine>> source_lines(const std::string& path, const std::vector<std::uintptr_t>& addresses,
                                                  FunctionRef<bool()> go_on) {
  for (const auto& tool : kTools) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) break;
    sys::Fd reading(ends[0]);
    sys::Fd writing(ends[1]);
    sys::ChildPlan planned = plan(tool, path, writing.get());
    for (const std::uintptr_t address : addresses) planned.arguments.push_back(hex(address));
    try {
      auto lines = parse_source_lines(run(planned, reading, writing, go_on));
      if (lines.size() == addresses.size()) return lines;
    } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): it is not installed: the next one
    }
  }
  return std::vector<std::vector<SourceLine>>(addresses.size());
}

}  // namespace eddy::debug::detail

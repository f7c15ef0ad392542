// SPDX-License-Identifier: MIT
#include "eddy/core/traceback.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/base/exception_group.h"
#include "eddy/core/error_trail.h"
#include "eddy/core/function_name.h"

namespace eddy {
namespace detail {
namespace {

/// An error, however it was given.
struct Seen {
  const void* address = nullptr;
  const ExceptionGroup* group = nullptr;
  std::string text;
};

Seen look_at(const std::exception& error) {
  Seen seen{dynamic_cast<const void*>(&error), dynamic_cast<const ExceptionGroup*>(&error), {}};
  if (!seen.group) seen.text = describe(error);
  return seen;
}

Seen look_at(const std::exception_ptr& error) {
  if (!error) return {nullptr, nullptr, "no error"};
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return look_at(e);
  } catch (...) {
    return {address_of_error(error), nullptr, describe(error)};
  }
}

std::string line_of(const TrailStep& step, bool innermost) {
  if (!step.task.empty()) return "  task '" + step.task + "'\n";
  return "    in " + short_function_name(step.where.function_name()) + " at " + step.where.file_name() + ":" +
         std::to_string(step.where.line()) + (innermost ? " or later\n" : "\n");
}

std::string lines_of(const Trail& trail) {
  std::string lines;
  for (std::size_t i = trail.steps.size(); i-- > 0;) {
    lines += line_of(trail.steps[i], i == 0);
    if (trail.hidden > 0 && i == trail.hidden_at) lines += "    and " + std::to_string(trail.hidden) + " more awaits\n";
  }
  return lines;
}

// An error in a group in a group … is only of interest so far down.
constexpr int kNestingMax = 16;

/// Ends the line before, and begins one.
void add_line(std::string& out, const std::string& indent, std::string_view line) {
  if (!out.empty()) out += '\n';
  out.append(indent).append(line);
}

void add_lines(std::string& out, const std::string& indent, std::string_view lines) {
  for (std::size_t end = 0; end != lines.npos; lines.remove_prefix(end == lines.npos ? 0 : end + 1)) {
    end = lines.find('\n');
    add_line(out, indent, lines.substr(0, end));
  }
}

void add(std::string& out, const std::string& indent, const Seen& seen, int nesting) {
  std::string lines = lines_of(trail_of(seen.address));
  if (!lines.empty())
    add_lines(out, indent, "Traceback (most recent await last):\n" + lines.substr(0, lines.size() - 1));
  if (!seen.group) return add_lines(out, indent, seen.text);
  const auto& errors = seen.group->exceptions();
  add_lines(out, indent,
            "eddy::ExceptionGroup: " + seen.group->message() + " (" + std::to_string(errors.size()) +
                (errors.size() == 1 ? " error)" : " errors)"));
  if (nesting == kNestingMax) return add_line(out, indent, "  +-- not shown: nested too deeply");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    add_line(out, indent, "  +-- " + std::to_string(i + 1));
    add(out, indent + "  | ", look_at(errors[i]), nesting + 1);
  }
}

std::string text_of(const Seen& seen) {
  std::string out;
  add(out, "", seen, 0);
  return out;
}

}  // namespace

std::string trail_lines(const std::exception_ptr& error) { return lines_of(trail_of(address_of_error(error))); }

}  // namespace detail

std::string traceback(const std::exception_ptr& error) { return detail::text_of(detail::look_at(error)); }

std::string traceback(const std::exception& error) { return detail::text_of(detail::look_at(error)); }

}  // namespace eddy

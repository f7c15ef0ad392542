// SPDX-License-Identifier: MIT
#include "eddy/core/traceback.h"

#include <cstddef>
#include <string>
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
  seen.text = describe(error);
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

std::string indented(const std::string& text) {
  std::string out = "  | ";
  for (char c : text) out += c == '\n' ? "\n  | " : std::string(1, c);
  return out;
}

std::string text_of(const Seen& seen) {
  std::string lines = lines_of(trail_of(seen.address));
  if (!lines.empty()) lines.insert(0, "Traceback (most recent await last):\n");
  if (!seen.group) return lines + seen.text;
  const auto& errors = seen.group->exceptions();
  lines += "eddy::ExceptionGroup: " + seen.group->message() + " (" + std::to_string(errors.size()) +
           (errors.size() == 1 ? " error)" : " errors)");
  for (std::size_t i = 0; i < errors.size(); ++i) {
    lines += "\n  +-- " + std::to_string(i + 1) + "\n" + indented(text_of(look_at(errors[i])));
  }
  return lines;
}

}  // namespace

std::string trail_lines(const std::exception_ptr& error) { return lines_of(trail_of(address_of_error(error))); }

}  // namespace detail

std::string traceback(const std::exception_ptr& error) { return detail::text_of(detail::look_at(error)); }

std::string traceback(const std::exception& error) { return detail::text_of(detail::look_at(error)); }

}  // namespace eddy

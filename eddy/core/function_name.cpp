// SPDX-License-Identifier: MIT
#include "eddy/core/function_name.h"

#include <string_view>

namespace eddy::detail {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// Leaves out what stands in brackets, these included; but "<lambda>" stays.
std::string without(std::string_view text, char open, char close) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == open && !text.substr(i).starts_with("<lambda>")) ++depth;
    if (depth == 0) out += text[i];
    if (text[i] == close && depth > 0) --depth;
  }
  return out;
}

}  // namespace

std::string short_function_name(const char* function_name) {
  std::string text = function_name;
  replace_all(text, "(anonymous namespace)::", "");
  replace_all(text, "{anonymous}::", "");
  replace_all(text, "(anonymous class)::operator()", "{lambda}");
  replace_all(text, "operator()", "{call}");
  if (auto with = text.find(" ["); with != std::string::npos) text.resize(with);
  text = without(text, '(', ')');
  replace_all(text, "<lambda>::{call}", "{lambda}");
  replace_all(text, "<lambda>", "{lambda}");
  text = without(text, '<', '>');
  if (text.ends_with(" const")) text.resize(text.size() - 6);
  if (auto type = text.rfind(' '); type != std::string::npos) text.erase(0, type + 1);
  return text.empty() ? function_name : text;
}

std::string short_place(const std::source_location& where) {
  const std::string_view path = where.file_name();
  return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(where.line());
}

}  // namespace eddy::detail

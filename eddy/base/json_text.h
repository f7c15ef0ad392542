// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace eddy::detail {

/// The text with U+FFFD for each byte that is no UTF-8.
std::string valid_utf8(std::string_view text);

/// Appends `text` as a JSON string, quotes included: what JSON forbids is escaped, bytes that are no UTF-8 become
/// U+FFFD, so that any name gives a document that parsers accept. Numbers and braces are the caller's.
void append_json_string(std::string& out, std::string_view text);

}  // namespace eddy::detail

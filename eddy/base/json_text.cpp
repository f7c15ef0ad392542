// SPDX-License-Identifier: MIT
#include "eddy/base/json_text.h"

#include <cstddef>

#include "eddy/base/utf8.h"

namespace eddy::detail {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
    out += c;
  } else {
    out += "\\u00";
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[c & 0xf];
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t length = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_ascii(out, text[0]);
    } else if (const std::size_t bytes = utf8_length(text)) {
      length = bytes;
      out.append(text.substr(0, bytes));
    } else {
      out += kReplacementCharacter;
    }
    text.remove_prefix(length);
  }
  out += '"';
}

}  // namespace eddy::detail
